// The maps from error codes to exit codes and names, and the end of a broken invariant.
#include "base/result.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace leanlab {

namespace {
struct CodeRow {
  ErrorCode code;
  int exit;
  const char* name;
};
constexpr CodeRow k_codes[] = {
    {ErrorCode::goal_not_met, 1, "goal_not_met"},
    {ErrorCode::usage, 2, "usage"},
    {ErrorCode::not_found, 2, "not_found"},
    {ErrorCode::misconfigured, 3, "misconfigured"},
    {ErrorCode::unsupported, 3, "unsupported"},
    {ErrorCode::io, 3, "io"},
    {ErrorCode::no_space, 3, "no_space"},
    {ErrorCode::budget_spent, 4, "budget_spent"},
    {ErrorCode::agent_unavailable, 5, "agent_unavailable"},
    {ErrorCode::integrity, 6, "integrity"},
    {ErrorCode::person_needed, 7, "person_needed"},
    {ErrorCode::interrupted, 8, "interrupted"},
    {ErrorCode::lab_busy, 9, "lab_busy"},
    {ErrorCode::internal, 70, "internal"},
};
const CodeRow& row(ErrorCode code) {
  for (const CodeRow& candidate : k_codes) {
    if (candidate.code == code) return candidate;
  }
  return k_codes[std::size(k_codes) - 1];
}
}  // namespace

int exit_code(ErrorCode code) {
  return row(code).exit;
}
const char* error_name(ErrorCode code) {
  return row(code).name;
}

std::string one_line(const Error& error) {
  std::string text;
  for (auto it = error.context.rbegin(); it != error.context.rend(); ++it) text += *it + ": ";
  return text + error.message;
}

Error errno_error(int number, std::string what) {
  const bool full = number == ENOSPC || number == EDQUOT;
  Error error(full ? ErrorCode::no_space : ErrorCode::io, std::move(what) + ": " + std::strerror(number));
  if (full) error.next = "free some space on that disk and run the same command again";
  if (number == EROFS)
    error.next = "use a disk that can be written; --state-dir DIR moves only leanlab's own files";
  return error;
}

void invariant_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "leanlab: internal error: %s does not hold (%s:%d)\n", expression, file, line);
  std::abort();
}

}  // namespace leanlab
