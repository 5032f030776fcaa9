// check: the preflight, one line a check.
#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "cli/arguments.h"
#include "cli/labs.h"
#include "lab/checks.h"

namespace leanlab::cli {
namespace {

using Status_ = lab::Check::Status;

std::string check_line(const lab::Check& check, const ui::Terminal& terminal) {
  const ui::Style& style = terminal.style;
  const bool unicode = terminal.unicode;
  std::string mark = style.green(unicode ? "✓" : "+");
  if (check.status == Status_::warn) mark = style.yellow(unicode ? "⚠" : "!");
  if (check.status == Status_::fail) mark = style.red(unicode ? "✗" : "x");
  std::string text;
  for (const std::string_view line : split_lines(check.message))
    text += (text.empty() ? "" : "\n" + std::string(4, ' ')) + printable(line);
  return fmt::format("{} {}  {}\n", mark, style.bold(check.name), text);
}

Json check_json(const lab::Check& check) {
  return {{"name", check.name}, {"status", lab::name(check.status)}, {"message", check.message}};
}

Result<int> run_check(Context& context, const Arguments& arguments) {
  const lab::Project project = project_of(context);
  TRY_ASSIGN(const lab::Place place, lab::find_lab(project, arguments.word("lab")));
  const auto checks =
      lab::check_lab(project, arguments.word("lab"), *context.interrupt, [&](const lab::Check& check) {
        if (!context.wants_json()) context.print(check_line(check, context.out));
        if (context.output == Output::json_lines) {
          Json line{{"event", "check"}, {"ts", iso8601(context.clock->now())}};
          line.update(check_json(check));
          context.print_json(line);
        }
      });
  TRY(context.interrupt->check());
  std::size_t failed = 0, warned = 0;
  Json list = Json::array();
  for (const lab::Check& check : checks) {
    failed += check.status == Status_::fail;
    warned += check.status == Status_::warn;
    list.push_back(check_json(check));
  }
  if (context.wants_json()) {
    context.print_json(Json{{"ok", failed == 0}, {"checks", std::move(list)}});
  } else if (failed > 0) {
    context.say(fmt::format("\n{} of {} failed", failed, plural(checks.size(), "check")));
  } else {
    context.say(fmt::format("\nready{}", warned > 0 ? ", with " + plural(warned, "warning") : ""));
    context.say("  next: " + context.err.style.cyan("leanlab run " + shell_word(place.name)));
  }
  return failed > 0 ? exit_code(ErrorCode::misconfigured) : 0;
}

}  // namespace

Command check_command() {
  return {.name = "check",
          .positionals = {{.name = "lab", .kind = Kind::lab}},
          .signals = Signals::interrupt,
          .run = run_check};
}

}  // namespace leanlab::cli
