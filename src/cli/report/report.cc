// The page's data: one array a row, so that a large book stays a file that a browser can hold.
#include "cli/report/report.h"

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "cli/report/page.h"

namespace leanlab::cli {
namespace {

constexpr std::uint64_t k_rows_at_once = 1000;

/// JSON that may stand inside <script>: no "<", so that no text can end the element.
std::string inline_json(const Json& value) {
  return replace_all(to_line(value), "<", "\\u003c");
}

std::string escaped(std::string text) {
  for (const auto& [from, to] : {std::pair{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}})
    text = replace_all(std::move(text), from, to);
  return text;
}

std::string protection_cell(const lab::Experiment& experiment) {
  if (experiment.origin == lab::Origin::imported) return "imported, not verifiable";
  std::string text = fmt::format("{}, tier {}", lab::name(experiment.level), sandbox::name(experiment.tier));
  if (experiment.tier == sandbox::Tier::C) text += " UNVERIFIED";
  return text + (experiment.sealed ? ", sealed" : ", not sealed");
}

Json row_of(const lab::Experiment& experiment) {
  const Json value = experiment.value ? Json(*experiment.value) : Json(nullptr);
  const std::string& said = experiment.reason.empty() ? experiment.notes : experiment.reason;
  return Json::array({experiment.number, lab::name(experiment.verdict), value, experiment.file,
                      clip(printable(said), 300), experiment.agent, protection_cell(experiment),
                      experiment.seconds ? Json(*experiment.seconds) : Json(nullptr), experiment.parent,
                      experiment.ts});
}

}  // namespace

Status for_each_experiment(const lab::Book& book, const std::function<void(const lab::Experiment&)>& visit) {
  lab::Query query{.after = 0, .limit = k_rows_at_once, .order = lab::Query::Order::number};
  while (true) {
    TRY_ASSIGN(const auto slice, book.query(query));
    for (const lab::Experiment& experiment : slice) visit(experiment);
    if (slice.size() < k_rows_at_once) return {};
    query.after = slice.back().number;
  }
}

Status write_report(const lab::Book& book, const std::string& name, const lab::Config& config,
                    const std::string& ts, const std::function<void(std::string_view)>& write) {
  const Json about{{"lab", name},
                   {"description", config.description},
                   {"metric", config.objective.metric},
                   {"direction", lab::name(config.objective.direction)},
                   {"ts", ts}};
  write(replace_all(std::string(k_page_head), "@TITLE@", escaped(printable(name))));
  write("<script>\nconst about = " + inline_json(about) + ";\nconst rows = [\n");
  TRY(for_each_experiment(
      book, [&](const lab::Experiment& experiment) { write(inline_json(row_of(experiment)) + ",\n"); }));
  write("];\n</script>\n<script>\n");
  write(k_page_script);
  write("</script>\n</body>\n</html>\n");
  return {};
}

}  // namespace leanlab::cli
