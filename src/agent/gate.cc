// A thread for each connection: an agent has a handful. Names are resolved outside; inside there is no resolver to abuse.
#include "agent/gate.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <optional>

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/strings.h"

namespace leanlab::agent {

namespace {

constexpr std::size_t k_most_head = 16u << 10;
constexpr std::size_t k_most_connections = 4096;
constexpr int k_connect_ms = 30'000;
const char* const k_proxy_variables[] = {"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy",
                                         "ALL_PROXY",   "all_proxy",   "NO_PROXY",   "no_proxy"};

bool wait_for(int fd, short what, int stop, int timeout_ms) {
  pollfd events[] = {{fd, what, 0}, {stop, POLLIN, 0}};
  return ::poll(events, 2, timeout_ms) > 0 && events[1].revents == 0;
}

Fd connect_to(const HostPort& target, int stop) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(target.host.c_str(), std::to_string(target.port).c_str(), &hints, &found) != 0) return {};
  Fd connected;
  for (const addrinfo* at = found; at != nullptr && !connected; at = at->ai_next) {
    Fd socket(::socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, at->ai_protocol));
    if (!socket) continue;
    int error = ::connect(socket.get(), at->ai_addr, at->ai_addrlen) == 0 ? 0 : errno;
    if (error == EINPROGRESS && wait_for(socket.get(), POLLOUT, stop, k_connect_ms)) {
      socklen_t size = sizeof error;
      ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    }
    if (error == 0) connected = std::move(socket);
  }
  ::freeaddrinfo(found);
  return connected;
}

void answer(const Fd& client, std::string_view text) {
  ::send(client.get(), text.data(), text.size(), MSG_NOSIGNAL);
}

/// The head of a request, or of a proxy's answer; what came behind it stays in `rest`.
std::string read_head(const Fd& socket, int stop, std::string& rest) {
  std::string head;
  while (head.size() < k_most_head && wait_for(socket.get(), POLLIN, stop, k_connect_ms)) {
    char piece[4096];
    const ssize_t got = ::recv(socket.get(), piece, sizeof piece, 0);
    if (got <= 0) break;
    head.append(piece, static_cast<std::size_t>(got));
    if (const std::size_t end = head.find("\r\n\r\n"); end != std::string::npos) {
      rest = head.substr(end + 4);
      return head.substr(0, end + 4);
    }
  }
  return {};
}

/// The proxy through which this machine itself reaches the network, if it needs one.
std::optional<HostPort> own_proxy() {
  for (const char* name : {"HTTPS_PROXY", "https_proxy"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    std::string_view url(value);
    if (const std::size_t scheme = url.find("://"); scheme != std::string_view::npos)
      url.remove_prefix(scheme + 3);
    if (const std::size_t at = url.find('@'); at != std::string_view::npos) url.remove_prefix(at + 1);
    return parse_host_port(url.substr(0, url.find('/')), k_proxy_port);
  }
  return std::nullopt;
}

}  // namespace

namespace {
std::vector<std::string> with_own_hosts(std::vector<std::string> hosts) {
  const char* more = std::getenv("LEANLAB_AGENT_HOSTS");
  std::string_view rest = more == nullptr ? "" : more;
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    if (const auto host = trim(rest.substr(0, comma)); !host.empty()) hosts.emplace_back(host);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return hosts;
}
}  // namespace

Gate::Gate(const std::vector<std::string>& hosts) : list_(with_own_hosts(hosts)) {}

Gate::~Gate() {
  static_cast<void>(close());
}

std::vector<std::uint16_t> Gate::doors() const {
  std::vector<std::uint16_t> ports = list_.loopback();
  ports.push_back(k_proxy_port);
  return ports;
}

void Gate::set_proxy(std::vector<std::pair<std::string, std::string>>& environment) {
  std::erase_if(environment, [](const auto& pair) {
    return std::find(std::begin(k_proxy_variables), std::end(k_proxy_variables), pair.first) !=
           std::end(k_proxy_variables);
  });
  const std::string proxy = fmt::format("http://127.0.0.1:{}", k_proxy_port);
  for (const char* name : {"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"})
    environment.emplace_back(name, proxy);
  for (const char* name : {"NO_PROXY", "no_proxy"}) environment.emplace_back(name, "127.0.0.1,localhost");
}

void Gate::open(std::uint16_t port, Fd listener) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  threads_.emplace_back([this, port, held = std::move(listener)] { listen(port, held); });
}

void Gate::listen(std::uint16_t port, const Fd& listener) {
  while (wait_for(listener.get(), POLLIN, stop_.fd(), -1)) {
    Fd client(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (client) start(std::move(client), port);
  }
}

void Gate::start(Fd client, std::uint16_t port) {
  const std::lock_guard lock(mutex_);
  if (closed_ || threads_.size() > k_most_connections) return;
  threads_.emplace_back([this, port, held = std::move(client)]() mutable {
    port == k_proxy_port ? serve_proxy(std::move(held)) : serve_loopback(std::move(held), port);
  });
}

bool Gate::note(const std::string& target, bool refused) {
  const std::lock_guard lock(mutex_);
  Event& event = events_.try_emplace(target, Event{target, refused, 0}).first->second;
  ++event.count;
  return !refused;
}

void Gate::serve_proxy(Fd client) {
  std::string rest;
  const std::string head = read_head(client, stop_.fd(), rest);
  const auto request = parse_proxy_request(head);
  if (!request) {
    if (!head.empty()) note("something that is no host", true);
    return answer(client, "HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n");
  }
  const HostPort& target = request->target;
  const std::string shown = authority(target);
  if (!note(shown, !request->is_tunnel || !list_.allows(target.host, target.port))) {
    const std::string text = fmt::format("leanlab refuses connections to {}\n", shown);
    return answer(client,
                  fmt::format("HTTP/1.1 403 Forbidden\r\ncontent-type: text/plain\r\nconnection: close\r\n"
                              "content-length: {}\r\n\r\n{}",
                              text.size(), text));
  }
  const auto proxy = own_proxy();
  const Fd server = connect_to(proxy.value_or(target), stop_.fd());
  if (!server) return answer(client, "HTTP/1.1 502 Bad Gateway\r\nconnection: close\r\n\r\n");
  if (proxy) {
    answer(server, fmt::format("CONNECT {0} HTTP/1.1\r\nhost: {0}\r\n\r\n", shown));
    std::string more;
    const std::string reply = read_head(server, stop_.fd(), more);
    if (reply.find(" 200 ") == std::string::npos)
      return answer(client, "HTTP/1.1 502 Bad Gateway\r\nconnection: close\r\n\r\n");
  }
  answer(client, "HTTP/1.1 200 Connection established\r\n\r\n");
  if (!rest.empty()) answer(server, rest);
  splice(client, server);
}

void Gate::serve_loopback(Fd client, std::uint16_t port) const {
  if (const Fd server = connect_to({"127.0.0.1", port}, stop_.fd())) splice(client, server);
}

/// Both ways until both have ended. What cannot be written yet is held, and nothing more is read for it meanwhile.
void Gate::splice(const Fd& a, const Fd& b) const {
  struct Way {
    int from, to;
    std::string held;
    bool open = true;
  } ways[2] = {{a.get(), b.get(), {}, true}, {b.get(), a.get(), {}, true}};
  const auto pump = [](Way& way) {
    char piece[65536];
    if (way.held.empty()) {
      const ssize_t got = ::recv(way.from, piece, sizeof piece, 0);
      if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
      if (got <= 0) {
        way.open = false;
        ::shutdown(way.to, SHUT_WR);
        return;
      }
      way.held.assign(piece, static_cast<std::size_t>(got));
    }
    const ssize_t sent = ::send(way.to, way.held.data(), way.held.size(), MSG_NOSIGNAL);
    if (sent > 0) way.held.erase(0, static_cast<std::size_t>(sent));
    if (sent < 0 && errno != EAGAIN && errno != EINTR) way.open = false;
  };
  while (ways[0].open || ways[1].open) {
    pollfd events[3] = {{stop_.fd(), POLLIN, 0}, {-1, 0, 0}, {-1, 0, 0}};
    for (int i = 0; i < 2; ++i) {
      if (!ways[i].open) continue;
      events[i + 1] = ways[i].held.empty() ? pollfd{ways[i].from, POLLIN, 0} : pollfd{ways[i].to, POLLOUT, 0};
    }
    if (::poll(events, 3, -1) < 0 && errno != EINTR) return;
    if (events[0].revents != 0) return;
    for (int i = 0; i < 2; ++i) {
      if (events[i + 1].revents != 0) pump(ways[i]);
    }
  }
}

std::vector<Gate::Event> Gate::close() {
  stop_.raise();
  std::vector<std::thread> threads;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    threads.swap(threads_);
  }
  for (std::thread& thread : threads) thread.join();
  const std::lock_guard lock(mutex_);
  std::vector<Event> events;
  for (const auto& [target, event] : events_) events.push_back(event);
  return events;
}

}  // namespace leanlab::agent
