// Optuna port: one line of JSON each way.
#include "bench/tuner/optuna_port.h"

#include <cstdlib>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/json.h"

namespace leanlab::bench {
namespace {

[[noreturn]] void die(const std::string& what) {
  fmt::print(stderr, "tuner_bench: {}\n", what);
  std::exit(1);
}

Json values_of(const search::Point& point) {
  Json values = Json::array();
  for (const double v : point) values.push_back(search::is_active(v) ? Json(v) : Json());
  return values;
}

}  // namespace

OptunaPort::OptunaPort(const std::string& script) {
  auto to = make_pipe();
  auto from = make_pipe();
  if (!to || !from) die("no pipe");
  SpawnRequest request;
  request.argv = {"/usr/bin/python3", script};
  request.fds = {{to->read.get(), 0}, {from->write.get(), 1}, {2, 2}};
  auto process = spawn(request);
  if (!process) die(one_line(process.error()));
  process_ = std::make_unique<RunningProcess>(std::move(*process));
  in_ = std::move(to->write);
  out_ = std::move(from->read);
}

std::string OptunaPort::call(const std::string& line) {
  if (!write_all(in_.get(), line + "\n")) die("Optuna is gone");
  std::size_t end = 0;
  while ((end = buffer_.find('\n')) == std::string::npos) {
    char piece[4096];
    const ssize_t got = ::read(out_.get(), piece, sizeof piece);
    if (got <= 0) die("Optuna ended: is python3-optuna installed?");
    buffer_.append(piece, static_cast<std::size_t>(got));
  }
  std::string reply = buffer_.substr(0, end);
  buffer_.erase(0, end + 1);
  return reply;
}

void OptunaPort::begin(const search::Space& space, std::uint64_t seed, const std::string& sampler) {
  Json parameters = Json::array();
  for (std::size_t i = 0; i < space.size(); ++i) {
    const search::Parameter& p = space[i];
    const char* kind = p.kind == search::Kind::real      ? "real"
                       : p.kind == search::Kind::integer ? "integer"
                                                         : "category";
    Json row = {{"name", p.name},
                {"kind", kind},
                {"low", p.low},
                {"high", p.high},
                {"log", p.scale == search::Scale::log}};
    if (p.condition)
      row["condition"] = {{"parameter", p.condition->parameter}, {"values", p.condition->values}};
    parameters.push_back(std::move(row));
  }
  call(to_line(
      Json{{"study", {{"sampler", sampler}, {"seed", seed}, {"parameters", std::move(parameters)}}}}));
}

search::Point OptunaPort::ask(const search::Space& space) {
  auto values = parse_json(call("{\"ask\": true}"));
  if (!values || !values->is_array()) die("Optuna answered something else than values");
  search::Point point;
  for (const Json& v : *values) point.push_back(v.is_null() ? search::k_inactive : v.get<double>());
  INVARIANT(point.size() == space.size());
  return point;
}

void OptunaPort::tell(std::optional<double> loss) {
  call(to_line(Json{{"tell", loss ? Json(*loss) : Json()}}));
}

double OptunaPort::lab_loss(const std::string& lab, const search::Point& point) {
  return std::strtod(call(to_line(Json{{"lab", lab}, {"values", values_of(point)}})).c_str(), nullptr);
}

std::string OptunaPort::version() {
  return call("{\"version\": true}");
}

}  // namespace leanlab::bench
