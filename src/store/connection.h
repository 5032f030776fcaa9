// What database.cc and statement.cc share: the open sqlite3 connection. Nobody else includes this.
#pragma once

#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <sqlite3.h>

#include "base/fd.h"
#include "base/result.h"
#include "store/database.h"

namespace leanlab::store {

/// An open sqlite3 connection and the statements that wait to be used again.
struct Connection {
  std::filesystem::path file;
  Database::Mode mode = Database::Mode::read_only;
  sqlite3* handle = nullptr;
  Fd folder;             // held open where the path is too long for sqlite: see sqlite_name()
  int wal_pages = 0;     // after the last commit
  bool writing = false;  // within transaction()
  std::mutex mutex;      // guards idle
  std::unordered_map<std::string, std::vector<sqlite3_stmt*>> idle;

  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() {
    for (auto& [sql, statements] : idle) {
      for (sqlite3_stmt* statement : statements) sqlite3_finalize(statement);
    }
    sqlite3_close_v2(handle);
  }
  [[nodiscard]] std::filesystem::path lock_file() const {
    return std::filesystem::path(file.string() + ".lock");
  }
};

/// The error behind sqlite's `status`: "cannot <what>: <why>", with the code that its kind has here.
[[nodiscard]] Error database_error(const Connection& connection, int status, std::string_view what);

}  // namespace leanlab::store
