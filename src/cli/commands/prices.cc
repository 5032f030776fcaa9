// prices: the tables by which tokens are priced, and where the user's own lies.
#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "cli/arguments.h"
#include "cli/context.h"
#include "cli/ui/table.h"
#include "lab/user_config.h"

namespace leanlab::cli {
namespace {

std::string price_text(const std::optional<double>& value) {
  return value ? "$" + short_number(*value) : "unknown";
}

Json row_of(const agent::Price& price) {
  return {{"model", price.model},
          {"input", or_null(price.input)},
          {"output", or_null(price.output)},
          {"cache_read", or_null(price.cache_read)},
          {"cache_write", or_null(price.cache_write)},
          {"as_of", price.as_of.empty() ? Json(nullptr) : Json(price.as_of)},
          {"source", price.source.empty() ? Json(nullptr) : Json(price.source)},
          {"file", price.file.string()}};
}

Result<int> run_prices(Context& context, const Arguments&) {
  TRY_ASSIGN(const agent::Prices prices, lab::load_prices());
  const auto files = lab::price_files();
  const std::string own = (lab::user_config_folder() / "prices.json").string();
  if (context.wants_json()) {
    Json rows = Json::array();
    for (const agent::Price& price : prices.rows()) rows.push_back(row_of(price));
    context.print_json(Json{
        {"currency", "USD"}, {"per_tokens", 1'000'000}, {"models", std::move(rows)}, {"own_table", own}});
    return 0;
  }
  ui::Table table({{"model"},
                   {"input", ui::Align::right},
                   {"output", ui::Align::right},
                   {"cache read", ui::Align::right},
                   {"cache write", ui::Align::right},
                   {"as of"},
                   {"table"}});
  for (const agent::Price& price : prices.rows())
    table.add({printable(price.model), price_text(price.input), price_text(price.output),
               price_text(price.cache_read), price_text(price.cache_write), printable(price.as_of),
               price.file == own ? "yours" : "packaged"});
  context.print(table.render(context.out));
  context.say("price_text for a million tokens; prices change: what you write into " + own + " wins");
  return 0;
}

}  // namespace

Command prices_command() {
  return {.name = "prices", .run = run_prices};
}

}  // namespace leanlab::cli
