// Database: sqlite3 with RAII and Result, and the rule that keeps WAL safe: every write transaction and every
// checkpoint happens under one exclusive flock on the store; readers open read-only.
//
// The reason is a bug of sqlite up to 3.51.2 (Debian 12 has 3.40.1): a writer and a checkpointer at work at the same
// moment on different connections may reset the WAL under each other and lose pages.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

struct sqlite3_stmt;

namespace leanlab::store {

struct Connection;

/// A prepared statement: bind by position (from 1), step, read columns (from 0), reset. When it goes it returns to its
/// database, which hands it out again for the same SQL. It must go before its database does. Thread: its database's.
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;
  ~Statement();
  Statement& bind(int index, std::int64_t value);
  Statement& bind(int index, double value);
  Statement& bind(int index, std::string_view value);
  Statement& bind_null(int index);
  Statement& bind(int index, const std::optional<double>& value);
  /// True while there is a row. Errors: io, no_space, integrity (the file is malformed), internal (a write outside of
  /// Database::transaction).
  [[nodiscard]] Result<bool> step();
  /// For statements without rows: step() and reset().
  [[nodiscard]] Status run();
  void reset();
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] double real(int column) const;
  [[nodiscard]] std::optional<double> optional_real(int column) const;
  [[nodiscard]] std::string text(int column) const;

 private:
  friend class Database;
  Statement(Connection* connection, sqlite3_stmt* statement)
      : connection_(connection), statement_(statement) {}
  void give_back();
  Connection* connection_ = nullptr;
  sqlite3_stmt* statement_ = nullptr;
};

/// Thread: any, one call at a time (statements included).
class Database {
 public:
  enum class Mode { read_only, read_write };
  /// Opens `file`; read_write makes it, with its folder, and runs `schema` when it is new. `version` (from 1) is kept in
  /// user_version. A reader needs no right to write in the folder.
  /// Errors: unsupported (a newer version), integrity (malformed, or of an older version: "leanlab rebuild"),
  /// not_found (read_only: no such file, or it has no tables yet), no_space, io.
  [[nodiscard]] static Result<std::unique_ptr<Database>> open(const std::filesystem::path& file, Mode mode,
                                                              std::string_view schema, int version);
  ~Database();
  /// Errors: internal (wrong SQL), integrity, io.
  [[nodiscard]] Result<Statement> prepare(std::string_view sql) const;
  /// Runs one or more statements without results. Errors: as Statement::step.
  [[nodiscard]] Status execute(std::string_view sql) const;
  /// Runs `work` in one write transaction under the store's flock; rolls back on error. Its commit survives the
  /// end of the process, but not power loss: what must survive that is in the ledger.
  [[nodiscard]] Status transaction(const std::function<Status()>& work) const;
  /// Runs `work` with all its reads from one moment.
  [[nodiscard]] Status snapshot(const std::function<Status()>& work) const;
  /// Moves what readers allow of the WAL into the database, under the store's flock. transaction() does so by itself
  /// now and then.
  [[nodiscard]] Status checkpoint() const;
  /// sqlite's own check of every page and index. Errors: integrity.
  [[nodiscard]] Status check() const;

 private:
  explicit Database(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> connection_;
};

}  // namespace leanlab::store
