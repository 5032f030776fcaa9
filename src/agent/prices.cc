// Reading price tables, and pricing tokens by them. Format: docs/money.md.
#include "agent/prices.h"

#include <algorithm>
#include <cmath>

#include <nlohmann/json.hpp>

#include "base/fs.h"
#include "base/json.h"

namespace leanlab::agent {

namespace {

constexpr std::uint64_t k_prices_version = 1;

tl::unexpected<Error> wrong(const std::filesystem::path& file, const std::string& text,
                            const std::string& pointer, std::string message) {
  return fail(Error(ErrorCode::misconfigured, std::move(message))
                  .at(json_place(text, file.string(), pointer))
                  .then("leanlab prices   (shows the tables in force)"));
}

Result<Price> read_price(const std::filesystem::path& file, const std::string& text, const std::string& model,
                         const Json& row) {
  const std::string pointer = "/models/" + model;
  if (!row.is_object())
    return wrong(file, text, pointer, fmt::format("the price of {} must be an object", model));
  Price price;
  price.model = model;
  price.file = file;
  for (const auto& [key, value] : row.items()) {
    std::optional<double>* target = key == "input"         ? &price.input
                                    : key == "output"      ? &price.output
                                    : key == "cache_read"  ? &price.cache_read
                                    : key == "cache_write" ? &price.cache_write
                                                           : nullptr;
    if (target != nullptr) {
      if (!value.is_number() || value.get<double>() < 0)
        return wrong(file, text, pointer + "/" + key,
                     fmt::format("\"{}\" of {} must be dollars for a million tokens", key, model));
      *target = value.get<double>();
    } else if ((key == "as_of" || key == "source") && value.is_string()) {
      (key == "as_of" ? price.as_of : price.source) = value.get<std::string>();
    } else {
      return wrong(
          file, text, pointer + "/" + key,
          fmt::format("\"{}\" of {} is none of input, output, cache_read, cache_write, as_of, source", key,
                      model));
    }
  }
  return price;
}

}  // namespace

Result<Prices> Prices::load(const std::vector<std::filesystem::path>& files) {
  Prices prices;
  for (const std::filesystem::path& file : files) {
    std::error_code missing;
    if (!std::filesystem::exists(file, missing)) continue;
    TRY_ASSIGN(const std::string text, read_file(file, 4u << 20));
    TRY_ASSIGN(const Json table, parse_json(text, file.string()));
    const Json models = table.is_object() ? table.value("models", Json()) : Json();
    if (!models.is_object())
      return wrong(file, text, "",
                   "a price table is {\"version\": 1, \"models\": {\"NAME\": {\"input\": …}}}");
    if (table.value("version", Json(k_prices_version)) != k_prices_version)
      return fail(ErrorCode::unsupported, "{} has another version of price tables than {}", file.string(),
                  k_prices_version);
    for (const auto& [model, row] : models.items()) {
      TRY_ASSIGN(Price price, read_price(file, text, model, row));
      std::erase_if(prices.rows_, [&](const Price& known) { return known.model == price.model; });
      prices.rows_.push_back(std::move(price));
    }
  }
  std::sort(prices.rows_.begin(), prices.rows_.end(),
            [](const Price& a, const Price& b) { return a.model < b.model; });
  return prices;
}

const Price* Prices::find(const std::string& model) const {
  const Price* best = nullptr;
  for (const Price& row : rows_) {
    if (row.model == model) return &row;
    if (!row.model.ends_with('*')) continue;
    const std::string beginning = row.model.substr(0, row.model.size() - 1);
    if (model.starts_with(beginning) && !model.empty() &&
        (best == nullptr || row.model.size() > best->model.size()))
      best = &row;
  }
  return best;
}

std::string model_in(const std::string& spec) {
  const auto colon = spec.find(':');
  if (colon == std::string::npos || spec.starts_with("command:") || spec.starts_with("acp:")) return {};
  std::string model = spec.substr(colon + 1);
  for (const std::string_view provider : {"anthropic/", "openai/"}) {
    if (spec.starts_with("api:") && model.starts_with(provider)) model.erase(0, provider.size());
  }
  return model;
}

std::optional<double> Prices::cost(const std::string& model, const Tokens& tokens) const {
  const Price* price = find(model);
  if (price == nullptr) return std::nullopt;
  double usd = 0;
  const auto add = [&](std::uint64_t count, const std::optional<double>& per_million) {
    if (count == 0) return true;
    if (per_million) usd += static_cast<double>(count) * *per_million / 1e6;
    return per_million.has_value();
  };
  const bool known = add(tokens.input, price->input) && add(tokens.output, price->output) &&
                     add(tokens.cache_read, price->cache_read) && add(tokens.cache_write, price->cache_write);
  return known ? std::optional<double>(usd) : std::nullopt;
}

}  // namespace leanlab::agent
