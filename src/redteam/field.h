// Field: a throwaway project with the corpus' labs, in which experiments are submitted as a user would.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/fs.h"
#include "base/interrupt.h"
#include "redteam/corpus.h"
#include "redteam/traces.h"
#include "redteam/verdict.h"

namespace leanlab::redteam {

class Field {
 public:
  /// Copies the labs of `corpus` into a new project in the temporary folder, each once with its own time limit and once with a
  /// short one, and locks them. Errors: io, misconfigured (lock refused).
  [[nodiscard]] static Result<Field> make(const fs::path& corpus, sandbox::Tier tier,
                                          const Interrupt& interrupt);

  /// Judges one attack and then an honest program in the same lab, and looks at what is left. `lab` is the lab's name.
  /// Errors: interrupted, io.
  [[nodiscard]] Result<Outcome> attempt(const Attack& attack, const std::string& lab);

  /// `leanlab verify` over all books. Errors: interrupted; misconfigured with what it said.
  [[nodiscard]] Status verify();
  /// The honest program's score in `lab`, judged for the first time when asked for. Errors: misconfigured when it gets none.
  [[nodiscard]] Result<double> reference(const std::string& lab);
  [[nodiscard]] const fs::path& folder() const { return folder_.path(); }

 private:
  Field(TempDirectory folder, sandbox::Tier tier, const Interrupt& interrupt)
      : folder_(std::move(folder)), tier_(tier), interrupt_(&interrupt) {}

  struct Said {
    int exit_code = 0;
    std::string out, err;
  };
  [[nodiscard]] Result<Said> leanlab(const std::vector<std::string>& words) const;
  [[nodiscard]] Status add_lab(const fs::path& source, const std::string& name, bool quick);
  [[nodiscard]] Result<fs::path> put(const Attack& attack, const fs::path& lab, std::uint32_t time);
  [[nodiscard]] Result<Record> judge(const std::string& lab, const fs::path& file);
  [[nodiscard]] Result<Record> judge_control(const std::string& lab);
  [[nodiscard]] Result<std::string> screen_objection(const std::string& id) const;
  /// Why it did not hold this time, or empty.
  [[nodiscard]] Result<std::string> try_once(const Attack& attack, const std::string& lab, std::uint32_t time,
                                             Record& record);
  [[nodiscard]] fs::path home() const { return folder_.path() / "project" / ".leanlab"; }
  [[nodiscard]] Tree tree() const;

  TempDirectory folder_;
  sandbox::Tier tier_;
  const Interrupt* interrupt_;
  std::vector<std::pair<std::string, double>> references_;
  std::uint64_t controls_ = 0;
};

}  // namespace leanlab::redteam
