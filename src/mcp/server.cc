// JSON-RPC 2.0 and the part of MCP that tools need.
#include "mcp/server.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/fd.h"
#include "base/strings.h"

namespace leanlab::mcp {

namespace {

constexpr int k_parse_error = -32700;
constexpr int k_invalid_request = -32600;
constexpr int k_no_such_method = -32601;
constexpr int k_invalid_parameters = -32602;
constexpr std::array k_versions{"2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"};
constexpr const char* k_stateless = "2026-07-28";
constexpr const char* k_meta_version = "io.modelcontextprotocol/protocolVersion";
constexpr std::size_t k_longest_line = 16u << 20;

Json member(const Json& object, const char* key) {
  if (!object.is_object()) return Json::object();
  const auto found = object.find(key);
  return found != object.end() ? *found : Json::object();
}

Json about(const std::string& version) {
  return {{"name", "leanlab"}, {"title", "leanlab"}, {"version", version}};
}

constexpr const char* k_instructions =
    "leanlab improves one number by judged experiments. Begin with list and status. To try an idea yourself, "
    "write a file "
    "into the lab's experiments folder and submit it: that costs nothing. run lets agents work in the "
    "background and costs "
    "money: call estimate first, then wait. Never edit evaluators, results or state.";

bool is_stateless(const Json& parameters) {
  return text_of(member(parameters, "_meta"), k_meta_version) == k_stateless;
}

}  // namespace

Server::Server(std::vector<Tool> tools, std::string version, std::function<void(std::string_view)> send)
    : tools_(std::move(tools)), version_(std::move(version)), send_(std::move(send)) {}

Server::~Server() {
  {
    const std::lock_guard lock(mutex_);
    for (auto& [id, call] : calls_) call->interrupt.raise();
  }
  finish();
}

void Server::finish() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return calls_.empty(); });
  auto ended = std::move(ended_);
  lock.unlock();
  ended.clear();  // joins
}

void Server::reap() {
  std::vector<std::unique_ptr<Call>> ended;
  const std::lock_guard lock(mutex_);
  ended.swap(ended_);
}

void Server::write(const Json& message) {
  const std::string line = to_line(message);
  const std::lock_guard lock(write_mutex_);
  send_(line);
}

void Server::answer(const Json& id, Json result, bool stateless) {
  if (stateless) result["resultType"] = "complete";
  write({{"jsonrpc", "2.0"}, {"id", id}, {"result", std::move(result)}});
}

void Server::refuse(const Json& id, int code, const std::string& message) {
  write({{"jsonrpc", "2.0"}, {"id", id}, {"error", {{"code", code}, {"message", message}}}});
}

void Server::take(std::string_view line) {
  reap();
  line = trim(line);
  if (line.empty()) return;
  const auto message = parse_json(line);
  if (!message) return refuse(nullptr, k_parse_error, "this is no JSON: " + message.error().message);
  if (!message->is_object() || text_of(*message, "jsonrpc") != "2.0")
    return refuse(nullptr, k_invalid_request, "a message is one JSON-RPC 2.0 object");
  if (!message->contains("method")) {
    if (message->contains("result") || message->contains("error")) return;  // we ask the client nothing
    return refuse(message->value("id", Json()), k_invalid_request, "a request has a method");
  }
  message->contains("id") ? request(*message) : notification(*message);
}

void Server::notification(const Json& message) {
  if (text_of(message, "method") != "notifications/cancelled") return;
  const std::string id = to_line(member(member(message, "params"), "requestId"));
  const std::lock_guard lock(mutex_);
  if (const auto found = calls_.find(id); found != calls_.end()) found->second->interrupt.raise();
}

void Server::request(const Json& message) {
  const Json& id = message.at("id");
  if (!id.is_string() && !id.is_number())
    return refuse(nullptr, k_invalid_request, "an id is a text or a number");
  const std::string method = text_of(message, "method");
  const Json parameters = member(message, "params");
  const bool stateless = is_stateless(parameters);
  const Json can{{"tools", {{"listChanged", false}}}};
  if (method == "initialize") {
    const std::string wanted = text_of(parameters, "protocolVersion");
    const bool known = std::find(k_versions.begin(), k_versions.end(), wanted) != k_versions.end();
    return answer(id,
                  {{"protocolVersion", known ? wanted : k_versions.front()},
                   {"capabilities", can},
                   {"serverInfo", about(version_)},
                   {"instructions", k_instructions}},
                  stateless);
  }
  if (method == "server/discover") {
    Json versions = Json::array({k_stateless});
    for (const char* version : k_versions) versions.push_back(version);
    return answer(id,
                  {{"supportedVersions", std::move(versions)},
                   {"capabilities", can},
                   {"serverInfo", about(version_)},
                   {"instructions", k_instructions}},
                  true);
  }
  if (method == "ping") return answer(id, Json::object(), stateless);
  if (method == "tools/list") {
    Json list = Json::array();
    for (const Tool& tool : tools_)
      list.push_back({{"name", tool.name},
                      {"description", tool.description},
                      {"inputSchema", tool.input_schema},
                      {"annotations", {{"readOnlyHint", tool.read_only}}}});
    return answer(id, {{"tools", std::move(list)}}, stateless);
  }
  if (method == "tools/call") return call_tool(id, parameters, stateless);
  refuse(id, k_no_such_method, "there is no method " + printable(method));
}

void Server::call_tool(const Json& id, const Json& parameters, bool stateless) {
  const std::string name = text_of(parameters, "name");
  const auto tool =
      std::find_if(tools_.begin(), tools_.end(), [&](const Tool& known) { return known.name == name; });
  if (tool == tools_.end()) return refuse(id, k_invalid_parameters, "there is no tool " + printable(name));
  const Json arguments = member(parameters, "arguments");
  if (!arguments.is_object())
    return refuse(id, k_invalid_parameters, "the arguments of a tool are an object");
  const std::string key = to_line(id);
  const std::lock_guard lock(mutex_);
  if (calls_.contains(key)) return refuse(id, k_invalid_request, "a request with this id is under way");
  auto& call = calls_[key];
  call = std::make_unique<Call>();
  call->thread =
      std::jthread([this, id, key, stateless, arguments, &tool = *tool, &interrupt = call->interrupt] {
        auto done = tool.call(arguments, interrupt);
        const bool cancelled = interrupt.raised();
        if (!done && done.error().code == ErrorCode::usage) {
          refuse(id, k_invalid_parameters, one_line(done.error()));
        } else if (!cancelled) {  // who cancels wants no answer
          ToolResult result = done ? std::move(*done)
                                   : ToolResult{{{"error",
                                                  {{"code", error_name(done.error().code)},
                                                   {"message", one_line(done.error())},
                                                   {"next", done.error().next}}}},
                                                true};
          const Json text{{"type", "text"}, {"text", to_line(result.value)}};
          answer(id,
                 {{"content", Json::array({text})},
                  {"structuredContent", std::move(result.value)},
                  {"isError", result.is_error}},
                 stateless);
        }
        const std::lock_guard ending(mutex_);
        ended_.push_back(std::move(calls_[key]));
        calls_.erase(key);
        idle_.notify_all();
      });
}

Status serve_stdio(std::vector<Tool> tools, const std::string& version) {
  Server server(std::move(tools), version, [](std::string_view line) {
    static_cast<void>(
        write_all(STDOUT_FILENO, std::string(line) + "\n"));  // a client that has gone hears nothing
  });
  std::string waiting;
  std::array<char, 65536> buffer{};
  while (true) {
    const ssize_t count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(errno_error(errno, "cannot read stdin"));
    if (count == 0) {
      server.finish();  // what was asked is still answered
      return {};
    }
    waiting.append(buffer.data(), static_cast<std::size_t>(count));
    if (waiting.size() > k_longest_line && waiting.find('\n') == std::string::npos)
      return fail(ErrorCode::usage, "a line of the client is longer than {}", human_bytes(k_longest_line));
    for (std::size_t end = waiting.find('\n'); end != std::string::npos; end = waiting.find('\n')) {
      server.take(std::string_view(waiting).substr(0, end));
      waiting.erase(0, end + 1);
    }
  }
}

}  // namespace leanlab::mcp
