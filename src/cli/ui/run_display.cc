// RunDisplay: one writer to the screen, at most ten times a second, each picture in one write.
#include "cli/ui/run_display.h"

#include <utility>

#include <nlohmann/json.hpp>

#include "base/fd.h"
#include "base/log.h"
#include "base/strings.h"
#include "cli/errors.h"
#include "cli/ui/diagnostics.h"

namespace leanlab::cli::ui {
namespace {

constexpr std::chrono::milliseconds k_frame{100};
// Synchronised output: a terminal that knows it shows the whole picture at once; others ignore it.
constexpr const char* k_begin = "\x1b[?2026h";
constexpr const char* k_end = "\x1b[?2026l";

}  // namespace

RunDisplay::RunDisplay(Context& context)
    : context_(context),
      live_(context.err.animated && !context.wants_json() && context.verbosity != Verbosity::quiet) {
  if (!live_) return;
  set_log_sink([this](LogLevel level, std::string_view text) {
    const std::lock_guard lock(mutex_);
    draw({diagnostic_line(context_.err.style, level, text)}, Fit::wrap);
  });
  drawer_ = std::jthread([this](const std::stop_token& stop) { redraw_until(stop); });
}

RunDisplay::~RunDisplay() {
  if (!live_) return;
  drawer_.request_stop();
  drawer_.join();
  show_diagnostics_on(context_.err);
  const std::lock_guard lock(mutex_);
  erase();
}

lab::EventSink RunDisplay::sink() {
  return [this](const lab::Event& event) { take(event); };
}

void RunDisplay::take(const lab::Event& event) {
  const std::lock_guard lock(mutex_);
  const auto* summary = std::get_if<lab::RunSummary>(&event);
  if (context_.output == Output::json_lines) {
    Json object = lab::to_json(event, iso8601(context_.clock->now()));
    if (summary)
      summary_ = std::make_unique<Json>(std::move(object));
    else
      context_.print_json(object);
    return;
  }
  if (context_.wants_json()) {
    if (summary) summary_ = std::make_unique<Json>(lab::to_json(*summary));
    const auto* notice = std::get_if<lab::Notice>(&event);
    if (notice && notice->kind == lab::Notice::Kind::warning) log_line(LogLevel::warning, notice->text);
    return;
  }
  const std::vector<std::string> lines = view_.apply(event, context_.clock->steady(), canvas());
  if (summary) return finish(*summary);
  if (live_) {
    const bool sentences =
        std::holds_alternative<lab::RunStarted>(event) || std::holds_alternative<lab::Notice>(event);
    if (!lines.empty()) draw(lines, sentences ? Fit::wrap : Fit::clip);
  } else {
    const auto* notice = std::get_if<lab::Notice>(&event);
    const bool matters = notice && notice->kind == lab::Notice::Kind::warning;
    if (context_.verbosity == Verbosity::quiet && !matters) return;
    for (const std::string& line : lines) static_cast<void>(write_all(context_.err.fd, line + "\n"));
  }
}

void RunDisplay::finish(const lab::RunSummary& summary) {
  if (live_) erase();
  context_.print(summary_text(summary, context_.out.style));
  told_summary_ = true;
}

void RunDisplay::done() {
  const std::lock_guard lock(mutex_);
  if (summary_) context_.print_json(*std::exchange(summary_, nullptr));
}

Result<int> RunDisplay::failed(Error error) {
  const std::lock_guard lock(mutex_);
  const int code = exit_code(error.code);
  if (summary_) {
    summary_->update(error_json(error));
    context_.print_json(*std::exchange(summary_, nullptr));
    return code;
  }
  if (told_summary_ && error.code == ErrorCode::interrupted) return code;
  return fail(std::move(error));
}

Canvas RunDisplay::canvas() const {
  const Terminal& terminal = context_.err;
  return {.columns = terminal.width(),
          .rows = terminal.height(),
          .style = terminal.style,
          .glyphs = terminal.unicode ? Glyphs::unicode : Glyphs::ascii};
}

void RunDisplay::erase() {
  if (drawn_.empty()) return;
  std::size_t rows = 0;
  const std::size_t columns = context_.err.width();
  // A terminal that became narrower has wrapped what was drawn.
  for (const std::size_t width : drawn_) rows += width == 0 ? 1 : (width + columns - 1) / columns;
  drawn_.clear();
  const std::string up = rows > 1 ? fmt::format("\x1b[{}A", rows - 1) : "";
  static_cast<void>(write_all(context_.err.fd, "\r" + up + "\x1b[J"));
}

void RunDisplay::draw(const std::vector<std::string>& above, Fit fit) {
  std::size_t rows = 0;
  const Canvas where = canvas();
  for (const std::size_t width : drawn_) rows += width == 0 ? 1 : (width + where.columns - 1) / where.columns;
  std::string out = k_begin;
  out += "\r";
  if (rows > 1) out += fmt::format("\x1b[{}A", rows - 1);
  for (const std::string& line : above) {
    if (fit == Fit::clip) {
      out += styled_clip(line, where.columns - 1) + "\x1b[K\n";
      continue;
    }
    for (const std::string& part : styled_wrap(line, where.columns - 1, "    ")) out += part + "\x1b[K\n";
  }
  drawn_.clear();
  const std::vector<std::string> lines = view_.live_lines(context_.clock->steady(), where);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    out += lines[i] + "\x1b[K" + (i + 1 < lines.size() ? "\n" : "");
    drawn_.push_back(styled_width(lines[i]));
  }
  out += "\x1b[J";
  out += k_end;
  static_cast<void>(write_all(context_.err.fd, out));  // nobody to tell when stderr is gone
}

void RunDisplay::redraw_until(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    if (!drawn_.empty() || !view_.live_lines(context_.clock->steady(), canvas()).empty()) draw({}, Fit::clip);
    wake_.wait_for(lock, stop, k_frame, [] { return false; });
  }
}

}  // namespace leanlab::cli::ui
