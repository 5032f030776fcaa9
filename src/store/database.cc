// sqlite3 behind Result, and the flock that keeps its WAL safe.
#include "store/database.h"

#include <mutex>
#include <utility>

#include <fcntl.h>
#include <sqlite3.h>

#include "base/fd.h"
#include "base/fs.h"
#include "store/connection.h"

namespace leanlab::store {

namespace {

constexpr int k_busy_ms = 10'000;
// The WAL is moved into the database when it has this many pages (4 KiB each)...
constexpr int k_checkpoint_pages = 1000;
// ...and readers are waited for, shortly, when it has grown this far because there was always one.
constexpr int k_large_wal_pages = 8 * k_checkpoint_pages;
constexpr int k_large_wal_wait_ms = 200;

Status run_sql(Connection& connection, const char* sql, std::string_view what) {
  const int status = sqlite3_exec(connection.handle, sql, nullptr, nullptr, nullptr);
  if (status != SQLITE_OK) return fail(database_error(connection, status, what));
  return {};
}

Result<std::int64_t> one_integer(Connection& connection, const char* sql) {
  sqlite3_stmt* statement = nullptr;
  int status = sqlite3_prepare_v2(connection.handle, sql, -1, &statement, nullptr);
  if (status == SQLITE_OK) status = sqlite3_step(statement);
  const std::int64_t value = status == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
  Error error = database_error(connection, status, "read the database");
  sqlite3_finalize(statement);
  if (status != SQLITE_ROW) return fail(std::move(error));
  return value;
}

// A file name as an URI in which no character has a meaning, with sqlite's options.
std::string uri_of(const std::string& name, std::string_view options) {
  std::string uri = "file:";
  for (const char c : fs::absolute(name).string()) {
    if (c == '%' || c == '?' || c == '#')
      uri += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    else
      uri += c;
  }
  return uri + "?" + std::string(options);
}

// The longest path that sqlite takes (MAX_PATHNAME in os_unix.c), with room for "-journal".
constexpr std::size_t k_longest_path = 512 - 16;

// The name of sqlite's file system that takes a name as it is, instead of following the links in it first.
const char* plain_names() {
  static const char* const name = [] {
    static sqlite3_vfs vfs = *sqlite3_vfs_find(nullptr);
    vfs.zName = "leanlab-plain-names";
    vfs.pNext = nullptr;
    vfs.xFullPathname = [](sqlite3_vfs*, const char* path, int size, char* out) {
      sqlite3_snprintf(size, out, "%s", path);
      return SQLITE_OK;
    };
    sqlite3_vfs_register(&vfs, 0);
    return vfs.zName;
  }();
  return name;
}

// sqlite refuses paths that Linux takes: those are reached through their folder, which is held open.
Result<std::string> sqlite_name(Connection& connection) {
  const fs::path& file = connection.file;
  if (fs::absolute(file).string().size() <= k_longest_path) return file.string();
  if (!connection.folder) {
    TRY_ASSIGN(connection.folder, open_file(file.parent_path(), O_PATH | O_DIRECTORY));
  }
  return fmt::format("/proc/self/fd/{}/{}", connection.folder.get(), file.filename().string());
}

int open_handle(Connection& connection, int flags, const std::string& name) {
  sqlite3_close_v2(std::exchange(connection.handle, nullptr));
  const int status = sqlite3_open_v2(name.c_str(), &connection.handle, flags | SQLITE_OPEN_FULLMUTEX,
                                     connection.folder ? plain_names() : nullptr);
  if (status != SQLITE_OK) return status;
  sqlite3_extended_result_codes(connection.handle, 1);
  sqlite3_busy_timeout(connection.handle, k_busy_ms);
  // Closing must not checkpoint: it would happen outside of the flock.
  sqlite3_db_config(connection.handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_db_config(connection.handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  return SQLITE_OK;
}

Status check_version(Connection& connection, std::int64_t found, int version) {
  if (found > version) {
    return fail(Error(ErrorCode::unsupported,
                      fmt::format("the database has version {}, this leanlab knows {}", found, version))
                    .at(connection.file.string())
                    .then("install the leanlab that wrote it, or a newer one"));
  }
  if (found < version) {
    return fail(
        Error(ErrorCode::integrity, fmt::format("the database has version {}, older than {}", found, version))
            .at(connection.file.string())
            .then("leanlab rebuild makes the database anew from the ledger"));
  }
  return {};
}

Status open_reader(Connection& connection, int version) {
  std::error_code ignored;
  const auto missing = [&] {
    return fail(ErrorCode::not_found, "there is no database {}", connection.file.string());
  };
  if (!fs::exists(connection.file, ignored)) return missing();
  TRY_ASSIGN(const std::string name, sqlite_name(connection));
  if (const int status = open_handle(connection, SQLITE_OPEN_READONLY, name); status != SQLITE_OK) {
    return fail(database_error(connection, status, "open the database"));
  }
  auto found = one_integer(connection, "PRAGMA user_version");
  const fs::path wal = connection.file.string() + "-wal";
  if (!found && found.error().code == ErrorCode::io &&
      (!fs::exists(wal, ignored) || fs::file_size(wal, ignored) == 0)) {
    // In a folder that we may not write, sqlite cannot make the WAL's index. Without a WAL the file alone is the database.
    open_handle(connection, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, uri_of(name, "mode=ro&immutable=1"));
    found = one_integer(connection, "PRAGMA user_version");
  }
  if (!found) return fail(std::move(found.error()));
  if (*found == 0) return missing();
  return check_version(connection, *found, version);
}

Status open_writer(Connection& connection, std::string_view schema, int version) {
  if (connection.file.has_parent_path()) TRY(make_directories(connection.file.parent_path()));
  TRY_ASSIGN(const FileLock lock, FileLock::take(connection.lock_file()));
  TRY_ASSIGN(const std::string name, sqlite_name(connection));
  if (const int status = open_handle(connection, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, name);
      status != SQLITE_OK) {
    return fail(database_error(connection, status, "open the database"));
  }
  TRY(run_sql(connection,
              "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0;"
              "PRAGMA trusted_schema = OFF; PRAGMA foreign_keys = ON",
              "prepare the database"));
  sqlite3_wal_hook(
      connection.handle,
      [](void* self, sqlite3*, const char*, int pages) {
        static_cast<Connection*>(self)->wal_pages = pages;
        return SQLITE_OK;
      },
      &connection);
  TRY_ASSIGN(const std::int64_t found, one_integer(connection, "PRAGMA user_version"));
  if (found != 0) return check_version(connection, found, version);
  const std::string script =
      fmt::format("BEGIN IMMEDIATE;\n{}\n;PRAGMA user_version = {};\nCOMMIT", schema, version);
  return run_sql(connection, script.c_str(), "make the database's tables");
}

// The caller holds the flock.
Status checkpoint_locked(Connection& connection, int kind) {
  const int status = sqlite3_wal_checkpoint_v2(connection.handle, nullptr, kind, nullptr, nullptr);
  // Busy means that a reader still needs a part: the rest is done the next time.
  if (status != SQLITE_OK && (status & 0xff) != SQLITE_BUSY && (status & 0xff) != SQLITE_LOCKED) {
    return fail(database_error(connection, status, "checkpoint the database"));
  }
  return {};
}

Status checkpoint_if_due(Connection& connection) {
  if (connection.wal_pages < k_checkpoint_pages) return {};
  if (connection.wal_pages < k_large_wal_pages)
    return checkpoint_locked(connection, SQLITE_CHECKPOINT_PASSIVE);
  sqlite3_busy_timeout(connection.handle, k_large_wal_wait_ms);
  const Status done = checkpoint_locked(connection, SQLITE_CHECKPOINT_RESTART);
  sqlite3_busy_timeout(connection.handle, k_busy_ms);
  return done;
}

}  // namespace

Database::Database(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
Database::~Database() = default;

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& file, Mode mode,
                                                 std::string_view schema, int version) {
  INVARIANT(version > 0);
  auto connection = std::make_unique<Connection>();
  connection->file = file;
  connection->mode = mode;
  if (mode == Mode::read_only)
    TRY(open_reader(*connection, version));
  else
    TRY(open_writer(*connection, schema, version));
  return std::unique_ptr<Database>(new Database(std::move(connection)));
}

Result<Statement> Database::prepare(std::string_view sql) const {
  {
    const std::lock_guard hold(connection_->mutex);
    const auto idle = connection_->idle.find(std::string(sql));
    if (idle != connection_->idle.end() && !idle->second.empty()) {
      sqlite3_stmt* const statement = idle->second.back();
      idle->second.pop_back();
      return Statement(connection_.get(), statement);
    }
  }
  sqlite3_stmt* statement = nullptr;
  const int status = sqlite3_prepare_v3(connection_->handle, sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (status != SQLITE_OK)
    return fail(database_error(*connection_, status, fmt::format("prepare \"{}\"", sql)));
  return Statement(connection_.get(), statement);
}

Status Database::execute(std::string_view sql) const {
  const std::string text(sql);
  const char* rest = text.c_str();
  while (*rest != '\0') {
    sqlite3_stmt* statement = nullptr;
    const int status = sqlite3_prepare_v2(connection_->handle, rest, -1, &statement, &rest);
    if (status != SQLITE_OK)
      return fail(database_error(*connection_, status, fmt::format("prepare \"{}\"", text)));
    if (statement == nullptr) continue;  // blanks or a comment
    Statement once(connection_.get(), statement);
    Status ran;
    while (true) {
      const auto more = once.step();
      if (!more) ran = fail(more.error());
      if (!more || !*more) break;
    }
    sqlite3_finalize(std::exchange(once.statement_, nullptr));
    TRY(ran);
  }
  return {};
}

Status Database::transaction(const std::function<Status()>& work) const {
  Connection& connection = *connection_;
  if (connection.mode != Mode::read_write || connection.writing) {
    return fail(ErrorCode::internal, "a write transaction {}",
                connection.writing ? "within another" : "on a database that is open for reading");
  }
  TRY_ASSIGN(const FileLock lock, FileLock::take(connection.lock_file()));
  TRY(run_sql(connection, "BEGIN IMMEDIATE", "begin a transaction"));
  connection.writing = true;
  Status done = work();
  connection.writing = false;
  if (done) done = run_sql(connection, "COMMIT", "commit a transaction");
  if (!done) {
    // On a full disk sqlite has rolled back by itself.
    if (sqlite3_get_autocommit(connection.handle) == 0)
      sqlite3_exec(connection.handle, "ROLLBACK", nullptr, nullptr, nullptr);
    return done;
  }
  return checkpoint_if_due(connection);
}

Status Database::snapshot(const std::function<Status()>& work) const {
  TRY(run_sql(*connection_, "BEGIN", "begin reading"));
  Status done = work();
  sqlite3_exec(connection_->handle, "ROLLBACK", nullptr, nullptr, nullptr);
  return done;
}

Status Database::checkpoint() const {
  if (connection_->mode != Mode::read_write) return fail(ErrorCode::internal, "a checkpoint by a reader");
  TRY_ASSIGN(const FileLock lock, FileLock::take(connection_->lock_file()));
  return checkpoint_locked(*connection_, SQLITE_CHECKPOINT_PASSIVE);
}

Status Database::check() const {
  TRY_ASSIGN(Statement statement, prepare("PRAGMA integrity_check(1)"));
  TRY_ASSIGN(const bool row, statement.step());
  const std::string found = row ? statement.text(0) : "no answer";
  if (found == "ok") return {};
  return fail(Error(ErrorCode::integrity, fmt::format("the database is damaged: {}", found))
                  .at(connection_->file.string())
                  .then("leanlab rebuild makes the database anew from the ledger"));
}

}  // namespace leanlab::store
