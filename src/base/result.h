// Result<T>: what may fail returns one of these; TRY and TRY_ASSIGN pass an error on.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <tl/expected.hpp>

namespace leanlab {

/// What kind of failure it is. Each maps once to an exit code (`exit_code`) and to a name in `--json`
/// (`error_name`).
enum class ErrorCode {
  goal_not_met,       // exit 1: the work was done, the aim was not reached
  usage,              // exit 2: the command line makes no sense
  not_found,          // exit 2: no such lab, experiment, command
  misconfigured,      // exit 3: lab.json, the evaluator or the machine must be mended
  unsupported,        // exit 3: a field, flag or format version that this build does not have
  io,                 // exit 3: the file system refused
  no_space,           // exit 3: the disk is full
  budget_spent,       // exit 4
  agent_unavailable,  // exit 5
  integrity,          // exit 6: bytes that must not change have changed
  person_needed,      // exit 7: a prompt, but --no-input is set
  interrupted,        // exit 8: a signal or `leanlab stop`; never retried
  lab_busy,           // exit 9: another run holds the lab
  internal,           // exit 70: a bug of ours
};

/// A failure that a person reads: what went wrong, where, why, and what to type next.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;               ///< what and why, one sentence without a full stop
  std::string where;                 ///< file, line and caret; may have several lines; may be empty
  std::string next;                  ///< the next command or act; may be empty
  std::vector<std::string> context;  ///< what was being done, innermost first

  Error(ErrorCode c, std::string m) : code(c), message(std::move(m)) {}
  Error&& at(std::string place) && {
    where = std::move(place);
    return std::move(*this);
  }
  Error&& then(std::string command) && {
    next = std::move(command);
    return std::move(*this);
  }
  Error&& while_doing(std::string what) && {
    context.push_back(std::move(what));
    return std::move(*this);
  }
};

template <class T>
using Result = tl::expected<T, Error>;
using Status = Result<void>;

/// The process exit code of contract section 4.
[[nodiscard]] int exit_code(ErrorCode code);
/// The stable word for `--json`, for example "misconfigured".
[[nodiscard]] const char* error_name(ErrorCode code);
/// One line: the message behind its context ("while locking digits: no space left").
[[nodiscard]] std::string one_line(const Error& error);

/// An error with a formatted message: `return fail(ErrorCode::io, "cannot open {}", path);`
template <class... Args>
[[nodiscard]] tl::unexpected<Error> fail(ErrorCode code, fmt::format_string<Args...> format, Args&&... args) {
  return tl::unexpected<Error>(Error(code, fmt::format(format, std::forward<Args>(args)...)));
}
/// Passes on an error that was built with `.at()` and `.then()`.
[[nodiscard]] inline tl::unexpected<Error> fail(Error error) {
  return tl::unexpected<Error>(std::move(error));
}

/// The text of errno `number` as an Error: ENOSPC and EDQUOT become `no_space`, the rest `io`.
[[nodiscard]] Error errno_error(int number, std::string what);

/// Ends the process with a message when an invariant does not hold; also in release builds.
[[noreturn]] void invariant_failed(const char* expression, const char* file, int line);

}  // namespace leanlab

#define LEANLAB_CONCAT_(a, b) a##b
#define LEANLAB_CONCAT(a, b) LEANLAB_CONCAT_(a, b)

/// TRY(expression [, "while doing {}", what]): returns the error of a Result from the enclosing function.
/// The expression may be a lambda that uses TRY itself.
#define TRY(expression, ...) \
  LEANLAB_TRY_(LEANLAB_CONCAT(try_status_, __COUNTER__), expression __VA_OPT__(, ) __VA_ARGS__)
#define LEANLAB_TRY_(name, expression, ...)                                 \
  do {                                                                      \
    if (auto name = (expression); !name) {                                  \
      __VA_OPT__(name.error().context.push_back(fmt::format(__VA_ARGS__));) \
      return tl::unexpected<::leanlab::Error>(std::move(name.error()));     \
    }                                                                       \
  } while (false)

/// TRY_ASSIGN(auto x, expression [, "while doing {}", what]): the value, or returns the error.
#define TRY_ASSIGN(declaration, expression, ...)                            \
  LEANLAB_TRY_ASSIGN_(LEANLAB_CONCAT(try_value_, __COUNTER__), declaration, \
                      expression __VA_OPT__(, ) __VA_ARGS__)
#define LEANLAB_TRY_ASSIGN_(name, declaration, expression, ...)           \
  auto name = (expression);                                               \
  if (!name) {                                                            \
    __VA_OPT__(name.error().context.push_back(fmt::format(__VA_ARGS__));) \
    return tl::unexpected<::leanlab::Error>(std::move(name.error()));     \
  }                                                                       \
  declaration = std::move(*name)

/// An invariant that is checked in release builds too.
#define INVARIANT(expression) \
  ((expression) ? static_cast<void>(0) : ::leanlab::invariant_failed(#expression, __FILE__, __LINE__))
