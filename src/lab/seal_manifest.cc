// Reading and writing manifests.
#include "lab/seal_manifest.h"

#include <nlohmann/json.hpp>

namespace leanlab::lab {

namespace {

constexpr std::uint64_t k_format = 1;

/// Reads members; `good()` says whether all were there with the right type.
class Members {
 public:
  explicit Members(const Json& object) : object_(object), good_(object.is_object()) {}
  void take(const char* key, std::string& target) {
    if (const Json* value = find(key); value != nullptr && expect(value->is_string()))
      target = value->get<std::string>();
  }
  void take(const char* key, bool& target) {
    if (const Json* value = find(key); value != nullptr && expect(value->is_boolean()))
      target = value->get<bool>();
  }
  void take(const char* key, std::uint64_t& target) {
    if (const Json* value = find(key); value != nullptr && expect(value->is_number_unsigned()))
      target = value->get<std::uint64_t>();
  }
  void take(const char* key, std::int64_t& target) {
    if (const Json* value = find(key); value != nullptr && expect(value->is_number_integer()))
      target = value->get<std::int64_t>();
  }
  [[nodiscard]] bool good() const { return good_; }

 private:
  bool expect(bool holds) {
    good_ = good_ && holds;
    return holds;
  }
  const Json* find(const char* key) {
    if (!object_.is_object()) return nullptr;
    const auto found = object_.find(key);
    expect(found != object_.end());
    return found == object_.end() ? nullptr : &*found;
  }
  const Json& object_;
  bool good_;
};

}  // namespace

Json to_manifest(const Seal& seal) {
  Json manifest;
  manifest["format"] = k_format;
  manifest["id"] = seal.id;
  manifest["ts"] = seal.ts;
  manifest["eval_cmd"] = seal.eval_cmd;
  manifest["validate_cmd"] = seal.validate_cmd;
  manifest["limits"] = seal.limits;
  manifest["interpreter"] = seal.interpreter;
  manifest["environment"] = seal.environment;
  if (!seal.level.empty()) manifest["level"] = seal.level;
  manifest["files"] = Json::array();
  for (const SealedFile& file : seal.files) {
    manifest["files"].push_back({{"path", file.path},
                                 {"sha256", file.sha256},
                                 {"link", file.link},
                                 {"executable", file.executable},
                                 {"size", file.size},
                                 {"inode", file.inode},
                                 {"ctime_ns", file.ctime_ns}});
  }
  return manifest;
}

Result<Seal> from_manifest(const Json& manifest) {
  std::uint64_t format = 0;
  Members top(manifest);
  top.take("format", format);
  if (top.good() && format > k_format)
    return fail(Error(ErrorCode::unsupported,
                      fmt::format("the seal has format {}, which is newer than this leanlab", format))
                    .then("use the newer leanlab that made it"));
  Seal seal;
  top.take("id", seal.id);
  top.take("ts", seal.ts);
  top.take("eval_cmd", seal.eval_cmd);
  top.take("validate_cmd", seal.validate_cmd);
  top.take("limits", seal.limits);
  top.take("interpreter", seal.interpreter);
  top.take("environment", seal.environment);
  if (manifest.contains("level")) top.take("level", seal.level);
  bool good = top.good() && manifest.contains("files") && manifest.at("files").is_array();
  if (good) {
    for (const Json& entry : manifest.at("files")) {
      SealedFile file;
      Members members(entry);
      members.take("path", file.path);
      members.take("sha256", file.sha256);
      members.take("link", file.link);
      members.take("executable", file.executable);
      members.take("size", file.size);
      members.take("inode", file.inode);
      members.take("ctime_ns", file.ctime_ns);
      good = good && members.good();
      seal.files.push_back(std::move(file));
    }
  }
  if (!good) return fail(ErrorCode::integrity, "the seal's manifest is damaged");
  if (seal_id(seal) != seal.id)
    return fail(ErrorCode::integrity, "the seal's manifest has been edited: its id does not fit");
  return seal;
}

}  // namespace leanlab::lab
