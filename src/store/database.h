// Database: sqlite3 with RAII and Result, and the rule that keeps WAL safe: every write transaction and every
// checkpoint happens under one exclusive flock on the store; readers open read-only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace leanlab::store {

/// A prepared statement: bind by position (from 1), step, read columns (from 0), reset. Thread: its
/// database's.
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
  /// True while there is a row. Errors: io, no_space, integrity (the file is malformed).
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
  explicit Statement(sqlite3_stmt* statement) : statement_(statement) {}
  sqlite3_stmt* statement_ = nullptr;
};

class Database {
 public:
  enum class Mode { read_only, read_write };
  /// Opens `<folder>/<name>`; read_write makes it and runs `schema` (idempotent SQL, embedded) when it is
  /// new. `version` is kept in user_version. Errors: unsupported (newer version), integrity (malformed: "run
  /// leanlab rebuild"), io.
  [[nodiscard]] static Result<std::unique_ptr<Database>> open(const std::filesystem::path& file, Mode mode,
                                                              std::string_view schema, int version);
  ~Database();
  [[nodiscard]] Result<Statement> prepare(std::string_view sql) const;
  [[nodiscard]] Status execute(std::string_view sql) const;
  /// Runs `work` in one write transaction under the store's flock; rolls back on error.
  [[nodiscard]] Status transaction(const std::function<Status()>& work) const;

 private:
  Database() = default;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace leanlab::store
