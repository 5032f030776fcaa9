// verify: is the book what it was? Of labs here, and of proofs that others hand over.
#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "cli/arguments.h"
#include "cli/labs.h"
#include "lab/book.h"
#include "lab/proof.h"

namespace leanlab::cli {
namespace {

Json report_json(const lab::VerifyReport& report) {
  Json problems = Json::array();
  for (const lab::VerifyProblem& problem : report.problems)
    problems.push_back({{"seq", problem.seq == 0 ? Json() : Json(problem.seq)}, {"what", problem.what}});
  return {{"ok", report.problems.empty()}, {"lost", report.lost},     {"records", report.records},
          {"head", report.head},           {"anchor", report.anchor}, {"problems", std::move(problems)},
          {"notices", report.notices}};
}

void print_report(Context& context, const std::string& name, const lab::VerifyReport& report) {
  const ui::Style& style = context.out.style;
  const bool good = report.problems.empty(), unicode = context.out.unicode;
  const std::string mark = good ? style.green(unicode ? "✓" : "+") : style.red(unicode ? "✗" : "x");
  context.print(fmt::format("{} {}  {}{}\n", mark, style.bold(printable(name)),
                            plural(report.records, "record"),
                            report.head.empty() ? "" : ", head " + report.head.substr(0, 16)));
  if (!report.anchor.empty()) context.print("    " + printable(report.anchor) + "\n");
  for (const lab::VerifyProblem& problem : report.problems) {
    const std::string where = problem.seq > 0 ? fmt::format("record {}: ", problem.seq) : "";
    context.print("    " + style.red(where) + printable(problem.what) + "\n");
  }
  for (const std::string& notice : report.notices)
    context.print("    " + style.dim("note: ") + printable(notice) + "\n");
}

Result<int> run_on_proof(Context& context, const Arguments& arguments, const std::filesystem::path& file) {
  TRY_ASSIGN(const lab::ProofReport found,
             lab::verify_proof(file, arguments.value("--key").value_or(""), *context.clock));
  const int code = found.report.problems.empty() ? 0 : exit_code(ErrorCode::integrity);
  if (context.wants_json()) {
    Json view = report_json(found.report);
    view["lab"] = found.lab;
    view["statement"] = found.statement;
    view["signer"] = found.signer.empty() ? Json(nullptr) : Json(found.signer);
    context.print_json(view);
    return code;
  }
  print_report(context, "the proof of " + found.lab, found.report);
  context.print("    it says: " + found.statement + "\n");
  if (!found.signer.empty()) context.print("    signed with " + found.signer + "\n");
  return code;
}

Result<int> run_verify(Context& context, const Arguments& arguments) {
  const std::string named = arguments.word_or_empty("lab");
  if (!named.empty() && lab::is_proof(context.directory / named))
    return run_on_proof(context, arguments, context.directory / named);
  if (arguments.has("--key"))
    return fail(Error(ErrorCode::usage, "--key is said of a proof, not of a lab")
                    .then("leanlab verify FILE --key KEY.pub"));
  TRY_ASSIGN(const auto labs, open_labs(context, named));
  bool ok = true;
  std::uint64_t records = 0;
  Json reports = Json::array(), problems = Json::array();
  for (const OpenLab& open : labs) {
    TRY_ASSIGN(const lab::VerifyReport report, lab::verify_book(open.place, open.config, *context.clock),
               "verifying {}", open.place.name);
    ok = ok && report.problems.empty();
    records += report.records;
    if (!context.wants_json()) print_report(context, open.place.name, report);
    Json view = report_json(report);
    view["lab"] = open.place.name;
    for (Json problem : view["problems"]) {
      problem["lab"] = open.place.name;
      problems.push_back(std::move(problem));
    }
    reports.push_back(std::move(view));
  }
  if (context.wants_json()) {
    Json view = reports.front();
    if (labs.size() > 1)
      view = {{"ok", ok},
              {"records", records},
              {"head", nullptr},
              {"problems", std::move(problems)},
              {"labs", std::move(reports)}};
    context.print_json(view);
  }
  return ok ? 0 : exit_code(ErrorCode::integrity);
}

}  // namespace

Command verify_command() {
  return {.name = "verify",
          .positionals = {{.name = "lab", .kind = Kind::lab, .needed = Positional::Needed::optional}},
          .options = {{.name = "--key", .kind = Kind::path, .value = "FILE"}},
          .run = run_verify};
}

}  // namespace leanlab::cli
