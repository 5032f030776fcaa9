// Replies: tolerant of everything around the object, strict about the object itself.
#include "agent/replies.h"

#include <algorithm>
#include <vector>

#include <nlohmann/json.hpp>

#include "agent/backends/parts.h"
#include "base/strings.h"

namespace leanlab::agent {
namespace {

constexpr std::size_t k_searched_bytes = 256u << 10;
/// A brace costs one scan forward; a reply that is nothing but braces must not take minutes.
constexpr std::size_t k_most_braces = 1000;

std::optional<Json> as_object(std::string_view text, std::span<const std::string_view> required) {
  text = trim(text);
  if (!text.starts_with('{')) return std::nullopt;
  auto value = parse_json(text, "reply");
  if (!value || !value->is_object()) return std::nullopt;
  const bool complete = std::all_of(required.begin(), required.end(),
                                    [&](std::string_view key) { return value->contains(std::string(key)); });
  return complete ? std::optional(std::move(*value)) : std::nullopt;
}

/// The insides of ``` blocks, in order.
std::vector<std::string_view> fenced_blocks(std::string_view reply) {
  std::vector<std::string_view> blocks;
  constexpr std::string_view k_fence = "```";
  for (std::size_t open = reply.find(k_fence); open != std::string_view::npos;
       open = reply.find(k_fence, open)) {
    const std::size_t begin = reply.find('\n', open);
    if (begin == std::string_view::npos) break;
    const std::size_t close = reply.find(k_fence, begin);
    if (close == std::string_view::npos) break;
    blocks.push_back(reply.substr(begin + 1, close - begin - 1));
    open = close + k_fence.size();
  }
  return blocks;
}

/// Length of the object that begins at `open`, braces inside texts not counted; 0 if it never ends.
std::size_t balanced(std::string_view reply, std::size_t open) {
  std::size_t depth = 0;
  bool text = false;
  for (std::size_t i = open; i < reply.size(); ++i) {
    if (text) {
      if (reply[i] == '\\') {
        ++i;
      } else if (reply[i] == '"') {
        text = false;
      }
    } else if (reply[i] == '"') {
      text = true;
    } else if (reply[i] == '{') {
      ++depth;
    } else if (reply[i] == '}' && --depth == 0) {
      return i - open + 1;
    }
  }
  return 0;
}

}  // namespace

std::optional<Json> find_reply(std::string_view reply, std::span<const std::string_view> required) {
  if (reply.size() > k_searched_bytes) reply.remove_prefix(reply.size() - k_searched_bytes);
  if (auto whole = as_object(reply, required)) return whole;
  const auto blocks = fenced_blocks(reply);
  for (auto block = blocks.rbegin(); block != blocks.rend(); ++block) {
    if (auto value = as_object(*block, required)) return value;
  }
  std::size_t left = k_most_braces;
  for (std::size_t open = reply.rfind('{'); open != std::string_view::npos && left > 0; --left) {
    const std::size_t length = balanced(reply, open);
    if (length > 0) {
      if (auto value = as_object(reply.substr(open, length), required)) return value;
    }
    if (open == 0) break;
    open = reply.rfind('{', open - 1);
  }
  return std::nullopt;
}

void take_usage(Turn& turn) {
  constexpr std::string_view k_required[] = {"usage"};
  const auto value = find_reply(turn.reply, k_required);
  if (!value || !(*value)["usage"].is_object()) return;
  const Json& usage = (*value)["usage"];
  if (const auto cost = cost_at(usage, "cost_usd")) turn.cost_usd = cost;
  if (const auto model = usage.find("model"); model != usage.end() && model->is_string())
    turn.model = model->get<std::string>();
  Tokens tokens;
  bool any = false;
  const auto count = [&](const char* key, std::uint64_t& target) {
    const auto found = usage.find(key);
    if (found == usage.end() || !found->is_number_unsigned()) return;
    target = count_at(usage, key);
    any = true;
  };
  count("input", tokens.input);
  count("output", tokens.output);
  count("cache_read", tokens.cache_read);
  count("cache_write", tokens.cache_write);
  if (any) turn.tokens = tokens;
}

std::optional<WorkerReport> find_worker_report(std::string_view reply) {
  constexpr std::string_view k_required[] = {"experiment_file"};
  const auto value = find_reply(reply, k_required);
  if (!value || !(*value)["experiment_file"].is_string()) return std::nullopt;
  WorkerReport report;
  report.experiment_file = (*value)["experiment_file"].get<std::string>();
  if (const auto valid = value->find("valid"); valid != value->end() && valid->is_boolean())
    report.valid = valid->get<bool>();
  if (const auto notes = value->find("notes"); notes != value->end() && notes->is_string()) {
    const auto text = notes->get<std::string>();
    const auto lines = split_lines(trim(text));
    if (!lines.empty()) report.notes = std::string(trim(lines.front()));
  }
  return report;
}

}  // namespace leanlab::agent
