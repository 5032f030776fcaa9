// Writes the labs, and ledgers as the book would.
#include "engine_labs.h"

#include <vector>

#include <fcntl.h>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/fd.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/json.h"
#include "lab/experiment.h"
#include "store/ledger.h"
#include "store/ledger_line.h"

namespace leanlab::bench {

namespace {

lab::Experiment typical(const lab::Place& place, std::uint64_t number) {
  lab::Experiment experiment;
  experiment.lab = place.name;
  experiment.number = number;
  experiment.file = fmt::format("experiments/exp_{:07}.txt", number);
  experiment.sha256 = fmt::format("{:064x}", number);
  experiment.verdict = lab::Verdict::rejected;
  experiment.value = static_cast<double>(number % 1000) / 1000;
  experiment.metrics = {{"score", *experiment.value}, {"seconds", 3.5}};
  experiment.best_so_far = 1;
  experiment.seconds = 3.5;
  experiment.notes = "tiles of 32, inner loop unrolled by four";
  experiment.agent = "tuner";
  experiment.ts = "2026-11-23T09:22:00.123Z";
  return experiment;
}

/// The record of a judged experiment as text, made often: only its number, file and hash differ.
class RecordTemplate {
 public:
  explicit RecordTemplate(const lab::Place& place) {
    lab::Experiment experiment = typical(place, k_number);
    experiment.file = "FILE";
    experiment.sha256 = "HASH";
    std::string rest = to_line(lab::to_record(experiment));
    for (const std::string& mark : {std::to_string(k_number), std::string("FILE"), std::string("HASH")}) {
      const std::size_t at = rest.find(mark);
      pieces_.push_back(rest.substr(0, at));
      rest.erase(0, at + mark.size());
    }
    pieces_.push_back(rest);
  }
  [[nodiscard]] std::string operator()(std::uint64_t number) const {
    return fmt::format("{}{}{}experiments/exp_{:07}.txt{}{}{}", pieces_[0], number, pieces_[1], number,
                       pieces_[2], shared_.empty() ? sha256_hex(std::to_string(number)) : shared_,
                       pieces_[3]);
  }
  /// All are the same file, so that there is a stored copy of each.
  void share(std::string sha256) { shared_ = std::move(sha256); }

 private:
  static constexpr std::uint64_t k_number = 987654321;
  std::vector<std::string> pieces_;
  std::string shared_;
};

}  // namespace

lab::Place make_lab(const fs::path& project, const std::string& name) {
  const fs::path folder = project / ".leanlab" / name;
  must(make_directories(folder / "experiments"));
  must(write_file(
      folder / "lab.json",
      R"({"objective": {"metric": "score"}, "eval_cmd": "sh evaluation.sh {file}", "judge": "in-process"})"));
  must(write_file(folder / "task.md", "# Nothing to do\n"));
  must(write_file(folder / "evaluation.sh", "[ -f \"$1\" ] || exit 2\necho '{\"score\": 1}'\n"));
  must(write_file(folder / "experiments/sample.txt", "x = 0\n"));
  must(write_file(folder / "propose.sh",
                  "#!/bin/sh\necho \"$$ $LEANLAB_EXPERIMENT\" >\"$LEANLAB_EXPERIMENT\"\n", Durability::fast,
                  0755));
  must(write_file(folder / "wait.sh",
                  "#!/bin/sh\nsleep 10\necho \"$$ $LEANLAB_EXPERIMENT\" >\"$LEANLAB_EXPERIMENT\"\n",
                  Durability::fast, 0755));
  return {name, folder, project / ".leanlab/state/labs" / name};
}

void fill_ledger(const lab::Place& place, std::uint64_t count, const std::string& stored) {
  store::Head head =
      must(store::Ledger::open(place.state, store::Ledger::Mode::append, {}, system_clock()))->head();
  const Fd fd = must(open_file(place.state / store::k_ledger_file, O_WRONLY | O_APPEND));
  std::string lines;
  RecordTemplate body(place);
  body.share(stored);
  for (std::uint64_t n = 1; n <= count; ++n) {
    const std::string line =
        store::make_line(head.seq + 1, head.hash, "2026-11-23T09:22:00.123Z", "judged", body(n));
    head = store::Head{head.seq + 1, head.offset + line.size(), line.substr(0, store::k_hash_digits)};
    lines += line;
    if (lines.size() > (1 << 20) || n == count) {
      must(write_all(fd.get(), lines));
      lines.clear();
    }
  }
}

}  // namespace leanlab::bench
