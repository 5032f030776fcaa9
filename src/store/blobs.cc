// Content-addressed files: temporary file, flush, rename, flush of the folder.
#include "store/blobs.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include "base/crash_point.h"
#include "base/fd.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/random.h"

namespace leanlab::store {

namespace {

constexpr const char* k_unfinished_folder = "unfinished";

Status write_blob(const fs::path& temporary, const fs::path& path, std::string_view data) {
  TRY_ASSIGN(const Fd fd, open_file(temporary, O_WRONLY | O_CREAT | O_EXCL, 0444));
  TRY(write_all(fd.get(), data), "writing {}", temporary.string());
  if (::fsync(fd.get()) != 0)
    return fail(errno_error(errno, fmt::format("cannot flush {}", temporary.string())));
  crash_point("blob.written");
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    return fail(errno_error(errno, fmt::format("cannot put {} in its place", path.string())));
  }
  crash_point("blob.renamed");
  return {};
}

}  // namespace

std::filesystem::path Blobs::path_of(const std::string& hash) const {
  if (hash.size() < 3) return folder_ / "none" / hash;
  return folder_ / hash.substr(0, 2) / hash.substr(2);
}

bool Blobs::contains(const std::string& hash) const {
  std::error_code ignored;
  return is_sha256_hex(hash) && fs::is_regular_file(path_of(hash), ignored);
}

Result<std::string> Blobs::put(std::string_view data) const {
  std::string hash = sha256_hex(data);
  const fs::path path = path_of(hash);
  std::error_code missing;
  if (fs::file_size(path, missing) != data.size() || missing) {
    const fs::path unfinished = folder_ / k_unfinished_folder;
    TRY(make_directories(unfinished));
    std::error_code ignored;
    const bool new_folder = !fs::exists(path.parent_path(), ignored);
    TRY(make_directories(path.parent_path()));
    if (new_folder) TRY(sync_directory(folder_));
    // Neither two threads nor two processes may meet here, nor somebody who died.
    const fs::path temporary = unfinished / fmt::format("{}-{:016x}", hash.substr(0, 16), entropy_seed());
    if (Status written = write_blob(temporary, path, data); !written) {
      ::unlink(temporary.c_str());
      if (written.error().code == ErrorCode::no_space) {
        written.error().next = fmt::format(
            "free some space on the disk that holds {}, then run the same command again", folder_.string());
      }
      return fail(std::move(written.error()));
    }
  }
  // Also when it was there: whoever put it may have died before it flushed the folder.
  TRY(sync_directory(path.parent_path()));
  return hash;
}

Result<std::string> Blobs::get(const std::string& hash) const {
  if (!is_sha256_hex(hash)) return fail(ErrorCode::integrity, "\"{}\" is no SHA-256", hash);
  const fs::path path = path_of(hash);
  TRY_ASSIGN(std::string data, read_file(path));
  if (sha256_hex(data) != hash) {
    return fail(Error(ErrorCode::integrity,
                      "a stored file was changed: its content does not have the hash that names it")
                    .at(path.string())
                    .then("restore it from a backup; `leanlab verify` lists what else does not hold"));
  }
  return data;
}

Status Blobs::remove_leftovers() const {
  return remove_tree(folder_ / k_unfinished_folder);
}

}  // namespace leanlab::store
