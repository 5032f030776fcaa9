// Reading proofs.
#include <map>
#include <utility>

#include <fcntl.h>
#include <nlohmann/json.hpp>

#include "base/fd.h"
#include "base/fs.h"
#include "base/hash.h"
#include "base/strings.h"
#include "lab/experiment.h"
#include "lab/proof.h"
#include "lab/proof_text.h"
#include "lab/seal_manifest.h"
#include "lab/signature.h"

namespace leanlab::lab {

namespace {

// Statement, signature and manifests; the ledger behind them may be of any size.
constexpr std::size_t k_longest_head = 64u << 20;
constexpr std::size_t k_checked_at_once = 1u << 20;

/// The parts before the ledger.
struct Head {
  Json statement;
  std::string statement_line, signature;
  std::vector<std::string> manifests;
  std::uint64_t ledger_offset = 0;
};

tl::unexpected<Error> no_proof(const fs::path& file, const std::string& why) {
  return fail(Error(ErrorCode::misconfigured, "this is no proof: " + why)
                  .at(file.string())
                  .then("leanlab export LAB --proof"));
}

class ProofLines {
 public:
  explicit ProofLines(std::string_view text) : text_(text) {}
  bool next(std::string_view& line) {
    const auto end = text_.find('\n', at_);
    if (end == std::string_view::npos) return false;
    line = text_.substr(at_, end - at_);
    at_ = end + 1;
    return true;
  }
  [[nodiscard]] std::size_t at() const { return at_; }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

Result<Head> read_head(const Fd& fd, const fs::path& file) {
  TRY_ASSIGN(const std::string text, read_at(fd.get(), 0, k_longest_head));
  ProofLines lines(text);
  std::string_view line;
  if (!lines.next(line) || !line.starts_with(std::string(k_proof_magic) + " "))
    return no_proof(file, "its first line is another");
  if (line != fmt::format("{} {}", k_proof_magic, k_proof_version))
    return fail(
        Error(ErrorCode::unsupported, "the proof is written in another format than this leanlab reads")
            .at(file.string())
            .then("use the leanlab that wrote it, or a newer one"));
  Head head;
  if (!lines.next(line)) return no_proof(file, "it ends behind its first line");
  head.statement_line = std::string(line) + "\n";
  TRY_ASSIGN(head.statement, parse_json(line, file.string()));
  if (!lines.next(line)) return no_proof(file, "it ends behind its statement");
  if (line == k_signature_begin) {
    do head.signature += std::string(line) + "\n";
    while (line != k_signature_end && lines.next(line));
  } else if (line != k_unsigned) {
    return no_proof(file, "there is no signature behind the statement");
  }
  while (lines.next(line)) {
    if (line == k_ledger_follows) {
      head.ledger_offset = lines.at();
      return head;
    }
    head.manifests.emplace_back(line);
  }
  return no_proof(file, "it holds no ledger");
}

Status extract_ledger(const Fd& fd, std::uint64_t from, const fs::path& to) {
  TRY_ASSIGN(const Fd out, open_file(to, O_WRONLY | O_CREAT | O_EXCL));
  while (true) {
    TRY_ASSIGN(const std::string piece, read_at(fd.get(), from, k_checked_at_once));
    if (piece.empty()) return {};
    TRY(write_all(out.get(), piece));
    from += piece.size();
  }
}

class ProofVerifier {
 public:
  ProofVerifier(const Head& head, ProofReport& found) : head_(head), found_(found) {}

  Status run(const fs::path& folder, const fs::path& public_key, const Clock& clock) {
    TRY(check_signed(public_key));
    TRY_ASSIGN(const store::Verification chain, store::verify_ledger(folder));
    found_.report.records = chain.records;
    found_.report.head = chain.head.hash;
    for (const store::Problem& problem : chain.problems)
      found_.report.problems.push_back({problem.seq, problem.what});
    if (chain.torn_bytes > 0) wrong("bytes stand behind the last record");
    expect("head", chain.head.hash);
    expect("records", chain.records);
    expect("ledger", chain.id);
    if (!chain.problems.empty()) return {};
    TRY_ASSIGN(const auto ledger, store::Ledger::open(folder, store::Ledger::Mode::read_only, {}, clock));
    TRY_ASSIGN(const ProofSurvey survey, survey_ledger(*ledger, chain.head));
    for (const VerifyProblem& problem : survey.problems) found_.report.problems.push_back(problem);
    expect("experiments", survey.experiments);
    check_best(survey);
    check_manifests(survey);
    return {};
  }

 private:
  void wrong(std::string what) { found_.report.problems.push_back({0, std::move(what)}); }
  template <class Value>
  void expect(const char* key, const Value& value) {
    if (!head_.statement.contains(key) || head_.statement[key] != Json(value))
      wrong(fmt::format("its statement says another \"{}\" than its ledger holds", key));
  }
  Status check_signed(const fs::path& public_key) {
    if (head_.signature.empty()) {
      if (!public_key.empty()) wrong("it is not signed");
      found_.report.notices.emplace_back(
          "it is not signed: it shows that the book is whole, not whose it is");
      return {};
    }
    auto signer = check_signature(head_.statement_line, head_.signature, public_key);
    if (!signer && signer.error().code != ErrorCode::integrity) return fail(std::move(signer.error()));
    if (signer)
      found_.signer = *signer;
    else
      wrong(signer.error().message);
    return {};
  }
  void check_best(const ProofSurvey& survey) {
    const Json best = head_.statement.value("best", Json(nullptr));
    const bool same = survey.best ? best.is_object() && best.value("value", Json()) == Json(*survey.best) &&
                                        best.value("number", Json()) == Json(survey.best_number) &&
                                        best.value("sha256", Json()) == Json(survey.best_sha256)
                                  : best.is_null();
    if (!same) wrong("its statement says another best than its ledger holds");
  }
  void check_manifests(const ProofSurvey& survey) {
    std::set<std::string> there;
    for (const std::string& line : head_.manifests) {
      const auto json = parse_json(line);
      const auto seal =
          json ? from_manifest(*json) : Result<Seal>(fail(ErrorCode::integrity, "it is no JSON"));
      if (!seal) {
        wrong("the manifest of a seal does not hold: " + seal.error().message);
        continue;
      }
      there.insert(seal->id);
      const Json hashes = head_.statement.value("seals", Json::object());
      if (!hashes.is_object() || hashes.value(seal->id, std::string()) != sha256_hex(line))
        wrong(fmt::format("the manifest of seal {} is not the one that was stated", seal->id.substr(0, 12)));
    }
    for (const std::string& id : survey.seals)
      if (!there.contains(id)) wrong(fmt::format("the manifest of seal {} is missing", id.substr(0, 12)));
  }

  const Head& head_;
  ProofReport& found_;
};

std::string summary_of(const Json& statement) {
  const Json best = statement.value("best", Json(nullptr));
  const Json objective = statement.value("objective", Json::object());
  std::string text =
      fmt::format("{}, made {}", plural(statement.value("experiments", std::uint64_t{0}), "experiment"),
                  statement.value("ts", std::string()));
  if (best.is_object() && objective.is_object())
    text += fmt::format("; best {} {} by experiment {}", objective.value("metric", std::string()),
                        to_line(best.value("value", Json())), to_line(best.value("number", Json())));
  return printable(text);
}

}  // namespace

Result<ProofSurvey> survey_ledger(const store::Ledger& ledger, const store::Head& head) {
  ProofSurvey survey;
  std::string in_force;
  TRY(ledger.scan(
      {},
      [&](const store::Record& record) -> Status {
        if (record.type == "seal_opened") in_force.clear();
        const bool again = record.type == "champion_rescored";
        const bool judged = record.type == "judged" || record.type == "imported";
        if (!judged && !again && record.type != "seal_closed") return {};
        TRY_ASSIGN(const Json whole, parse_json(record.text, "ledger"));
        const Json& body = whole["body"];
        if (record.type == "seal_closed") {
          in_force = body.value("seal", std::string());
          survey.seals.insert(in_force);
          return {};
        }
        if (!body.contains("number")) return {};  // an imported line that was no row
        TRY_ASSIGN(const Experiment experiment, from_record(body, ""));
        if (judged) ++survey.experiments;
        if (again && experiment.verdict != Verdict::accepted) survey.best.reset();
        if (experiment.verdict == Verdict::accepted) {
          survey.best = experiment.value;
          survey.best_number = experiment.number;
          survey.best_sha256 = experiment.sha256;
        }
        if (record.type != "imported" && experiment.sealed && experiment.seal != in_force)
          survey.problems.push_back(
              {record.seq, fmt::format("experiment {} is said to be judged under a seal that was "
                                       "not in force then",
                                       experiment.number)});
        return {};
      },
      head.seq));
  return survey;
}

bool is_proof(const fs::path& file) {
  std::error_code error;
  if (!fs::is_regular_file(file, error)) return false;
  const auto fd = open_file(file, O_RDONLY);
  const auto begin = fd ? read_at(fd->get(), 0, 64) : Result<std::string>(fail(fd.error()));
  return begin && begin->starts_with(std::string(k_proof_magic) + " ");
}

Result<ProofReport> verify_proof(const fs::path& file, const fs::path& public_key, const Clock& clock) {
  TRY_ASSIGN(const Fd fd, open_file(file, O_RDONLY));
  TRY_ASSIGN(const Head head, read_head(fd, file));
  if (!head.statement.is_object()) return no_proof(file, "its statement is no object");
  ProofReport found;
  try {
    found.lab = head.statement.value("lab", std::string());
    found.statement = summary_of(head.statement);
    TRY_ASSIGN(const TempDirectory temporary, TempDirectory::make());
    TRY(extract_ledger(fd, head.ledger_offset, temporary.path() / store::k_ledger_file));
    TRY(ProofVerifier(head, found).run(temporary.path(), public_key, clock), "verifying {}", file.string());
  } catch (const Json::exception& error) {  // a value of another type than ours: somebody else wrote the file
    found.report.problems.push_back({0, fmt::format("it is not as leanlab writes proofs: {}", error.what())});
  }
  return found;
}

}  // namespace leanlab::lab
