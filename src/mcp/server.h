// Server: the Model Context Protocol on stdio, one JSON object a line. Speaks the versions with a handshake and the stateless
// one, in which each request says its version itself.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/interrupt.h"
#include "base/json.h"
#include "base/result.h"

namespace leanlab::mcp {

/// What a call gave.
struct ToolResult {
  Json value;  ///< an object
  bool is_error = false;
};

/// One tool.
struct Tool {
  std::string name;
  std::string description;
  Json input_schema;  ///< JSON Schema of an object
  bool read_only = false;
  /// Thread: any; several calls at once. Errors: usage (the arguments make no sense), interrupted (cancelled), any other is told to
  /// the client as a failed call.
  std::function<Result<ToolResult>(const Json& arguments, const Interrupt& interrupt)> call;
};

/// Answers one client. Calls run beside each other; everything else is answered in order.
class Server {
 public:
  /// `send` gets one line at a time, without its newline. Thread of `send`: any, never two at once.
  Server(std::vector<Tool> tools, std::string version, std::function<void(std::string_view)> send);
  /// Ends what is under way.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Takes a line of the client. Thread: one.
  void take(std::string_view line);
  /// Waits for the calls that are under way.
  void finish();

 private:
  struct Call {
    Interrupt interrupt;
    std::jthread thread;
  };
  void request(const Json& message);
  void notification(const Json& message);
  void call_tool(const Json& id, const Json& parameters, bool stateless);
  void answer(const Json& id, Json result, bool stateless);
  void refuse(const Json& id, int code, const std::string& message);
  void write(const Json& message);
  void reap();

  const std::vector<Tool> tools_;
  const std::string version_;
  const std::function<void(std::string_view)> send_;
  std::mutex write_mutex_;
  std::mutex mutex_;  // guards what follows
  std::condition_variable idle_;
  std::map<std::string, std::unique_ptr<Call>> calls_;  // by the request's id, as JSON
  std::vector<std::unique_ptr<Call>> ended_;
};

/// Serves stdin and stdout until the client closes its end. Errors: io.
[[nodiscard]] Status serve_stdio(std::vector<Tool> tools, const std::string& version);

}  // namespace leanlab::mcp
