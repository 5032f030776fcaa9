// Gate: the only way from an agent's sandbox to the network: a proxy with a list of hosts, and straight ways to model servers on
// this machine's loopback. What passed and what was refused is evidence.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "agent/gate_hosts.h"
#include "base/fd.h"
#include "base/interrupt.h"

namespace leanlab::agent {

/// One for a turn. Thread: open() and close() from one thread; it runs threads of its own, all ended by close().
class Gate {
 public:
  struct Event {
    std::string target;  ///< "evil.example:443"
    bool refused = false;
    std::uint32_t count = 1;
  };
  /// `hosts`, and those that LEANLAB_AGENT_HOSTS adds (comma-separated).
  explicit Gate(const std::vector<std::string>& hosts);
  ~Gate();
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  /// The ports of loopback in the sandbox at which it answers.
  [[nodiscard]] std::vector<std::uint16_t> doors() const;
  /// Whether nothing at all may be reached.
  [[nodiscard]] bool is_shut() const { return list_.is_empty(); }
  /// Answers on `listener`, which is one of the doors' from inside.
  void open(std::uint16_t port, Fd listener);
  /// Replaces the proxy variables by our own.
  static void set_proxy(std::vector<std::pair<std::string, std::string>>& environment);
  /// Ends all connections; what there were, each target once.
  [[nodiscard]] std::vector<Event> close();

 private:
  void listen(std::uint16_t port, const Fd& listener);
  void serve_proxy(Fd client);
  void serve_loopback(Fd client, std::uint16_t port) const;
  void splice(const Fd& a, const Fd& b) const;
  void start(Fd client, std::uint16_t port);
  bool note(const std::string& target, bool refused);

  const HostList list_;
  Interrupt stop_;
  std::mutex mutex_;  // guards what follows
  std::map<std::string, Event> events_;
  std::vector<std::thread> threads_;
  bool closed_ = false;
};

}  // namespace leanlab::agent
