// Errors: one place that decides how a failure looks.
#include "cli/errors.h"

#include <nlohmann/json.hpp>

#include "base/fd.h"
#include "base/strings.h"

namespace leanlab::cli {

std::string error_text(const Error& error, const ui::Style& style) {
  std::string text = style.bold_red("error:") + " " + printable(error.message, Newlines::keep) + "\n";
  for (const std::string& step : error.context) text += style.dim("  while ") + printable(step) + "\n";
  for (const std::string_view line : split_lines(error.where)) {
    const bool caret = trim(line) == "^";
    const std::string shown = printable(line);
    text += "  " + (caret ? style.bold_red(shown) : shown) + "\n";
  }
  if (!error.next.empty()) text += style.dim("  next: ") + style.cyan(printable(error.next)) + "\n";
  return text;
}

Json error_json(const Error& error) {
  const auto or_null = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
  return Json{{"error",
               {{"code", error_name(error.code)},
                {"message", one_line(error)},
                {"where", or_null(error.where)},
                {"next", or_null(error.next)}}}};
}

void report_error(const Error& error, Context& context) {
  if (context.wants_json()) {
    context.print_json(error_json(error));
  } else {
    static_cast<void>(write_all(context.err.fd, error_text(error, context.err.style)));  // nobody to tell
  }
}

}  // namespace leanlab::cli
