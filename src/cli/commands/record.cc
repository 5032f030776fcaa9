// record: a lab's experiments as a recording that the agent `replay` plays back.
#include <nlohmann/json.hpp>

#include "cli/arguments.h"
#include "cli/labs.h"
#include "lab/book.h"

namespace leanlab::cli {
namespace {

constexpr std::uint64_t k_read_at_once = 1000;

Json turn_of(const lab::Experiment& experiment, std::string text) {
  const Json report{{"experiment_file", "${file}"}, {"valid", true}, {"notes", experiment.notes}};
  return Json{{"role", "worker"}, {"files", Json{{"${file}", std::move(text)}}}, {"reply", to_line(report)}};
}

Result<int> run_record(Context& context, const Arguments& arguments) {
  TRY_ASSIGN(const OpenLab open, open_lab(context, arguments.word("lab")));
  TRY_ASSIGN(const auto book,
             lab::Book::open(open.place, open.config, lab::Book::Mode::read_only, *context.clock));
  context.print(to_line(Json{{"recording", 1}, {"lab", open.place.name}}) + "\n");
  lab::Query query{.after = 0, .limit = k_read_at_once, .order = lab::Query::Order::number};
  while (true) {
    TRY_ASSIGN(const auto slice, book->query(query));
    for (const lab::Experiment& experiment : slice) {
      if (experiment.sha256.empty()) continue;  // an imported row whose file is gone
      TRY_ASSIGN(std::string text, book->blobs().get(experiment.sha256), "reading {}", experiment.id());
      context.print(to_line(turn_of(experiment, std::move(text))) + "\n");
    }
    if (slice.size() < k_read_at_once) return 0;
    query.after = slice.back().number;
  }
}

}  // namespace

Command record_command() {
  return {.name = "record", .positionals = {{.name = "lab", .kind = Kind::lab}}, .run = run_record};
}

}  // namespace leanlab::cli
