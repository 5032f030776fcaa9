// export: the whole book for other tools, as a page, or as a proof.
#include <algorithm>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "cli/arguments.h"
#include "cli/labs.h"
#include "cli/report/report.h"
#include "lab/book.h"
#include "lab/proof.h"
#include "lab/signature.h"

namespace leanlab::cli {
namespace {

/// A field of RFC 4180.
std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  return "\"" + replace_all(text, "\"", "\"\"") + "\"";
}

std::string optional_number(const std::optional<double>& value) {
  return value ? number(*value) : "";
}

std::string csv_line(const lab::Experiment& experiment, const std::vector<std::string>& metrics) {
  std::vector<std::string> fields{experiment.id(), experiment.file, lab::name(experiment.verdict),
                                  optional_number(experiment.value),
                                  experiment.verdict == lab::Verdict::accepted ? "true" : "false"};
  for (const std::string& metric : metrics) {
    const auto it = std::find_if(experiment.metrics.begin(), experiment.metrics.end(),
                                 [&](const auto& m) { return m.first == metric; });
    fields.push_back(it == experiment.metrics.end() ? "" : number(it->second));
  }
  for (const std::string& text : {experiment.notes, experiment.reason, experiment.parent, experiment.agent})
    fields.push_back(text);
  fields.emplace_back(lab::name(experiment.level));
  fields.emplace_back(sandbox::name(experiment.tier));
  fields.emplace_back(experiment.sealed ? "true" : "false");
  fields.push_back(optional_number(experiment.seconds));
  fields.push_back(optional_number(experiment.cost_usd));
  fields.push_back(experiment.sha256);
  fields.push_back(experiment.ts);
  std::string line;
  for (const std::string& field : fields) line += (line.empty() ? "" : ",") + csv_field(field);
  return line + "\n";
}

Status export_csv(Context& context, const lab::Book& book) {
  std::vector<std::string> metrics;  // all that occur, in the order in which they came up
  TRY(for_each_experiment(book, [&](const lab::Experiment& experiment) {
    for (const auto& [name, value] : experiment.metrics)
      if (std::find(metrics.begin(), metrics.end(), name) == metrics.end()) metrics.push_back(name);
  }));
  std::string header = "id,experiment_file,status,value,best_so_far";
  for (const std::string& metric : metrics) header += "," + csv_field(metric);
  context.print(header + ",notes,reason,parent,agent,level,tier,sealed,seconds,cost_usd,sha256,ts\n");
  return for_each_experiment(
      book, [&](const lab::Experiment& experiment) { context.print(csv_line(experiment, metrics)); });
}

Status export_proof(Context& context, const Arguments& arguments, const OpenLab& open) {
  std::filesystem::path key;
  if (!arguments.has("--unsigned")) {
    if (const auto named = arguments.value("--key")) {
      key = context.directory / *named;
    } else {
      TRY_ASSIGN(key, lab::find_signing_key());
    }
  }
  TRY(lab::make_proof(open.place, open.config, key, *context.clock,
                      [&](std::string_view piece) { context.print(piece); }));
  context.say(fmt::format("  anyone can check it: {}", context.err.style.cyan("leanlab verify FILE")));
  return {};
}

Status export_jsonl(Context& context, const lab::Book& book) {
  return for_each_experiment(book, [&](const lab::Experiment& experiment) {
    context.print(to_line(lab::to_json(experiment)) + "\n");
  });
}

Result<int> run_export(Context& context, const Arguments& arguments) {
  const std::string format = arguments.value("--format").value_or("csv");
  TRY_ASSIGN(const OpenLab open, open_lab(context, arguments.word("lab")));
  if (arguments.has("--proof")) {
    if (arguments.has("--format")) return fail(ErrorCode::usage, "--proof has a format of its own");
    TRY(export_proof(context, arguments, open));
    return 0;
  }
  if (arguments.has("--key") || arguments.has("--unsigned"))
    return fail(
        Error(ErrorCode::usage, "--key and --unsigned belong to --proof").then("leanlab export LAB --proof"));
  TRY_ASSIGN(const auto book,
             lab::Book::open(open.place, open.config, lab::Book::Mode::read_only, *context.clock));
  if (format == "html") {
    TRY(write_report(*book, open.place.name, open.config, iso8601(context.clock->now()),
                     [&](std::string_view piece) { context.print(piece); }));
  } else if (format == "csv" && !context.wants_json()) {
    TRY(export_csv(context, *book));
  } else {
    TRY(export_jsonl(context, *book));
  }
  return 0;
}

}  // namespace

Command export_command() {
  return {.name = "export",
          .positionals = {{.name = "lab", .kind = Kind::lab}},
          .options = {{.name = "--format",
                       .kind = Kind::choice,
                       .value = "FORMAT",
                       .choices = {"csv", "jsonl", "html"}},
                      {.name = "--proof"},
                      {.name = "--key", .kind = Kind::path, .value = "FILE"},
                      {.name = "--unsigned"}},
          .run = run_export};
}

}  // namespace leanlab::cli
