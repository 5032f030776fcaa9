// verify: is the book what it was?
#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "cli/arguments.h"
#include "cli/labs.h"
#include "lab/book.h"

namespace leanlab::cli {
namespace {

Json report_json(const lab::VerifyReport& report) {
  Json problems = Json::array();
  for (const lab::VerifyProblem& problem : report.problems)
    problems.push_back({{"seq", problem.seq == 0 ? Json() : Json(problem.seq)}, {"what", problem.what}});
  return {{"ok", report.problems.empty()}, {"records", report.records},       {"head", report.head},
          {"anchor", report.anchor},       {"problems", std::move(problems)}, {"notices", report.notices}};
}

void print_report(Context& context, const std::string& name, const lab::VerifyReport& report) {
  const ui::Style& style = context.out.style;
  const bool good = report.problems.empty(), unicode = context.out.unicode;
  const std::string mark = good ? style.green(unicode ? "✓" : "+") : style.red(unicode ? "✗" : "x");
  context.print(fmt::format("{} {}  {}, head {}\n", mark, style.bold(printable(name)),
                            plural(report.records, "record"), report.head.substr(0, 16)));
  if (!report.anchor.empty()) context.print("    " + printable(report.anchor) + "\n");
  for (const lab::VerifyProblem& problem : report.problems) {
    const std::string where = problem.seq > 0 ? fmt::format("record {}: ", problem.seq) : "";
    context.print("    " + style.red(where) + printable(problem.what) + "\n");
  }
  for (const std::string& notice : report.notices)
    context.print("    " + style.dim("note: ") + printable(notice) + "\n");
}

Result<int> run_verify(Context& context, const Arguments& arguments) {
  TRY_ASSIGN(const auto labs, open_labs(context, arguments.word_or_empty("lab")));
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
          .run = run_verify};
}

}  // namespace leanlab::cli
