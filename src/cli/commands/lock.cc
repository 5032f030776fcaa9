// lock: seals the evaluator.
#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "cli/arguments.h"
#include "cli/labs.h"
#include "cli/sealing.h"

namespace leanlab::cli {
namespace {

Result<int> run_lock(Context& context, const Arguments& arguments) {
  TRY_ASSIGN(const OpenLab open, open_lab(context, arguments.word("lab")));
  TRY_ASSIGN(const lab::Seal seal, seal_lab(context, open));
  if (context.wants_json()) {
    Json files = Json::array();
    for (const lab::SealedFile& file : seal.files)
      files.push_back({{"path", file.path}, {"sha256", file.sha256}});
    context.print_json(
        Json{{"lab", open.place.name}, {"seal", seal.id}, {"ts", seal.ts}, {"files", std::move(files)}});
    return 0;
  }
  context.print(fmt::format("{} is locked: {} under seal {}\n", open.place.name,
                            plural(seal.files.size(), "file"), seal.id.substr(0, 12)));
  for (const lab::SealedFile& file : seal.files)
    context.print(
        fmt::format("  {}  {}\n", context.out.style.dim(file.sha256.substr(0, 12)), printable(file.path)));
  context.say("  next: " + context.err.style.cyan("leanlab run " + shell_word(open.place.name)));
  return 0;
}

}  // namespace

Command lock_command() {
  return {.name = "lock", .positionals = {{.name = "lab", .kind = Kind::lab}}, .run = run_lock};
}

}  // namespace leanlab::cli
