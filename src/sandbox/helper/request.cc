// Parses the request strictly: an unknown key or a malformed value refuses the whole, so that nothing is weakened.
#include "request.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iterator>
#include <set>

#include <sched.h>
#include <unistd.h>

namespace leanlab::helper {
namespace {

constexpr char k_magic[] = "leanlab-sandbox 1 ";
constexpr std::uint64_t k_max_size = 64u << 20;

bool number(const std::string& text, std::uint64_t& value) {
  if (text.empty() || text.size() > 19) return false;
  value = 0;
  for (const char digit : text) {
    if (digit < '0' || digit > '9') return false;
    value = value * 10 + static_cast<std::uint64_t>(digit - '0');
  }
  return true;
}

bool boolean(const std::string& text, bool& value) {
  value = text == "1";
  return text == "0" || text == "1";
}

bool descriptor(const std::string& text, Descriptor& value) {
  const std::size_t colon = text.find(':');
  std::uint64_t ours = 0, theirs = 0;
  if (colon == std::string::npos || !number(text.substr(0, colon), ours) ||
      !number(text.substr(colon + 1), theirs) || ours > 65535 || theirs > 1023) {
    return false;
  }
  value = {static_cast<int>(ours), static_cast<int>(theirs)};
  return true;
}

bool cpu(const std::string& text, Request& request) {
  std::uint64_t value = 0;
  if (!number(text, value) || value >= CPU_SETSIZE) return false;
  request.cpus.push_back(static_cast<unsigned>(value));
  return true;
}

bool port(const std::string& text, Request& request) {
  std::uint64_t value = 0;
  if (!number(text, value) || value == 0 || value > 65535 || request.listen.size() >= 64) return false;
  request.listen.push_back(static_cast<unsigned>(value));
  return true;
}

bool door(const std::string& text, Request& request) {
  std::uint64_t value = 0;
  if (!number(text, value) || value < 3 || value > 65535) return false;
  request.door = static_cast<int>(value);
  return true;
}

bool tier(const std::string& text, Tier& value) {
  if (text == "A")
    value = Tier::A;
  else if (text == "B")
    value = Tier::B;
  else if (text == "C")
    value = Tier::C;
  else
    return false;
  return true;
}

bool role(const std::string& text, Role& value) {
  if (text == "judge")
    value = Role::judge;
  else if (text == "candidate")
    value = Role::candidate;
  else if (text == "agent")
    value = Role::agent;
  else if (text == "in_process")
    value = Role::in_process;
  else
    return false;
  return true;
}

bool absolute(const std::string& path) {
  return !path.empty() && path[0] == '/' && (path + '/').find("/../") == std::string::npos &&
         path.find("//") == std::string::npos;
}

bool rule(const std::string& path, PathRule::Kind kind, Request& request) {
  if (!absolute(path)) return false;
  request.paths.push_back({path, kind});
  return true;
}

bool set_limit(const std::string& key, const std::string& value, Request& r, bool& known) {
  const struct {
    const char* name;
    std::uint64_t* field;
  } limits[] = {{"wall_ms", &r.wall_ms},           {"cpu_s", &r.cpu_s},
                {"memory_bytes", &r.memory_bytes}, {"processes", &r.processes},
                {"open_files", &r.open_files},     {"file_bytes", &r.file_bytes},
                {"disk_bytes", &r.disk_bytes},     {"disk_inodes", &r.disk_inodes}};
  for (const auto& limit : limits) {
    if (key != limit.name) continue;
    known = true;
    return number(value, *limit.field);
  }
  known = false;
  return false;
}

// What decides how strong a sandbox is must be said: no default of ours stands in for it.
constexpr const char* k_required[] = {"tier", "role", "cwd", "tmp", "network", "fork"};
constexpr const char* k_repeated[] = {"arg",  "env",  "fd",    "cpu",    "read",  "write",
                                      "hide", "list", "watch", "device", "listen"};

bool is_repeated(const std::string& key) {
  return std::find(std::begin(k_repeated), std::end(k_repeated), key) != std::end(k_repeated);
}

bool set_field(const std::string& key, const std::string& value, Request& r) {
  if (key == "tier") return tier(value, r.tier);
  if (key == "role") return role(value, r.role);
  if (key == "arg") return r.argv.push_back(value), true;
  if (key == "env") return r.env.push_back(value), value.find('=') != std::string::npos;
  if (key == "cwd") return r.cwd = value, absolute(value);
  if (key == "fd") return r.fds.emplace_back(), descriptor(value, r.fds.back());
  if (key == "read") return rule(value, PathRule::Kind::read, r);
  if (key == "write") return rule(value, PathRule::Kind::write, r);
  if (key == "hide") return rule(value, PathRule::Kind::hide, r);
  if (key == "list") return rule(value, PathRule::Kind::list, r);
  if (key == "watch") return r.watch.push_back(value), absolute(value);
  if (key == "device") return r.devices.push_back(value), value.rfind("/dev/", 0) == 0 && absolute(value);
  if (key == "cpu") return cpu(value, r);
  if (key == "cgroup") return r.cgroup = value, absolute(value);
  if (key == "tmp") return r.tmp = value, absolute(value);
  if (key == "network") return boolean(value, r.network);
  if (key == "listen") return port(value, r);
  if (key == "door") return door(value, r);
  if (key == "fork") return boolean(value, r.fork);
  bool known = false;
  return set_limit(key, value, r, known) && known;
}

bool read_exactly(int fd, char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t got = ::read(fd, data, size);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    data += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

}  // namespace

bool parse_request(const std::string& fields, Request& request, std::string& why) {
  std::set<std::string> single;
  std::size_t start = 0;
  while (start < fields.size()) {
    const std::size_t end = fields.find('\0', start);
    const std::size_t equals = fields.find('=', start);
    if (end == std::string::npos || equals == std::string::npos || equals > end) {
      why = "a field is not of the form key=value";
      return false;
    }
    const std::string key = fields.substr(start, equals - start);
    if (!set_field(key, fields.substr(equals + 1, end - equals - 1), request)) {
      why = "the field '" + key + "' is unknown or malformed";
      return false;
    }
    if (!is_repeated(key) && !single.insert(key).second) {
      why = "the field '" + key + "' stands there twice";
      return false;
    }
    start = end + 1;
  }
  for (const char* key : k_required) {
    if (single.count(key) != 0) continue;
    why = std::string("the field '") + key + "' is missing";
    return false;
  }
  if (!request.listen.empty() && (request.tier != Tier::A || !request.network || request.door < 0)) {
    why = "doors are for tier A with a network, and need a socket";
    return false;
  }
  if (request.argv.empty()) {
    why = "the command is missing";
    return false;
  }
  return true;
}

bool read_request(int control, Request& request, std::string& why) {
  std::string header;
  char next = 0;
  while (header.size() < 64 && read_exactly(control, &next, 1) && next != '\n') header.push_back(next);
  const std::size_t magic = std::strlen(k_magic);
  std::uint64_t size = 0;
  if (next != '\n' || header.compare(0, magic, k_magic) != 0 || !number(header.substr(magic), size) ||
      size > k_max_size) {
    why = "the request's header is not that of version 1";
    return false;
  }
  std::string fields(size, '\0');
  if (!read_exactly(control, fields.data(), fields.size())) {
    why = "the request ends early";
    return false;
  }
  return parse_request(fields, request, why);
}

}  // namespace leanlab::helper
