// Prepared statements, and what sqlite's errors mean to us.
#include <cerrno>
#include <utility>

#include <sqlite3.h>

#include "store/connection.h"
#include "store/database.h"

namespace leanlab::store {

namespace {

ErrorCode code_of(int status, int system_errno) {
  switch (status & 0xff) {
    case SQLITE_FULL:
      return ErrorCode::no_space;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorCode::integrity;
    case SQLITE_IOERR:
      return system_errno == ENOSPC || system_errno == EDQUOT ? ErrorCode::no_space : ErrorCode::io;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return ErrorCode::io;
    case SQLITE_INTERRUPT:
      return ErrorCode::interrupted;
    default:
      return ErrorCode::internal;
  }
}

}  // namespace

Error database_error(const Connection& connection, int status, std::string_view what) {
  const int system_errno = connection.handle == nullptr ? 0 : sqlite3_system_errno(connection.handle);
  const char* why = connection.handle == nullptr ? sqlite3_errstr(status) : sqlite3_errmsg(connection.handle);
  Error error(code_of(status, system_errno), fmt::format("cannot {}: {}", what, why));
  error.where = connection.file.string();
  if (error.code == ErrorCode::integrity)
    error.next = "leanlab rebuild makes the database anew from the ledger";
  if (error.code == ErrorCode::no_space)
    error.next = "free some space on that disk, then run the same command again";
  return error;
}

Statement::Statement(Statement&& other) noexcept
    : connection_(other.connection_), statement_(std::exchange(other.statement_, nullptr)) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  if (this != &other) {
    give_back();
    connection_ = other.connection_;
    statement_ = std::exchange(other.statement_, nullptr);
  }
  return *this;
}

Statement::~Statement() {
  give_back();
}

void Statement::give_back() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  const std::lock_guard hold(connection_->mutex);
  connection_->idle[sqlite3_sql(statement_)].push_back(std::exchange(statement_, nullptr));
}

Statement& Statement::bind(int index, std::int64_t value) {
  INVARIANT(sqlite3_bind_int64(statement_, index, value) == SQLITE_OK);
  return *this;
}
Statement& Statement::bind(int index, double value) {
  INVARIANT(sqlite3_bind_double(statement_, index, value) == SQLITE_OK);
  return *this;
}
Statement& Statement::bind(int index, std::string_view value) {
  // A null pointer would bind NULL.
  const char* const data = value.data() == nullptr ? "" : value.data();
  INVARIANT(sqlite3_bind_text64(statement_, index, data, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8) ==
            SQLITE_OK);
  return *this;
}
Statement& Statement::bind_null(int index) {
  INVARIANT(sqlite3_bind_null(statement_, index) == SQLITE_OK);
  return *this;
}
Statement& Statement::bind(int index, const std::optional<double>& value) {
  return value ? bind(index, *value) : bind_null(index);
}

Result<bool> Statement::step() {
  if (!connection_->writing && sqlite3_stmt_readonly(statement_) == 0) {
    return fail(ErrorCode::internal, "a write outside of a transaction: {}", sqlite3_sql(statement_));
  }
  const int status = sqlite3_step(statement_);
  if (status == SQLITE_ROW) return true;
  if (status == SQLITE_DONE) return false;
  Error error = database_error(*connection_, status, "use the database");
  sqlite3_reset(statement_);
  return fail(std::move(error));
}

Status Statement::run() {
  const auto stepped = step();
  reset();
  if (!stepped) return fail(stepped.error());
  return {};
}

void Statement::reset() {
  sqlite3_reset(statement_);
}
bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}
std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}
double Statement::real(int column) const {
  return sqlite3_column_double(statement_, column);
}
std::optional<double> Statement::optional_real(int column) const {
  if (is_null(column)) return std::nullopt;
  return real(column);
}
std::string Statement::text(int column) const {
  // The text first: asking for it may convert the value, and with it change its size.
  const unsigned char* const data = sqlite3_column_text(statement_, column);
  if (data == nullptr) return {};
  return {reinterpret_cast<const char*>(data),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

}  // namespace leanlab::store
