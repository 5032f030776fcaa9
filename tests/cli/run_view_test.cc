// What a run looks like: the lines that stay, the live ones, and the closing summary.
#include "cli/ui/run_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace leanlab::cli::ui {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

const SteadyTime k_start{seconds(1000)};

lab::Experiment experiment(std::uint64_t number, lab::Verdict verdict, std::optional<double> value) {
  lab::Experiment made;
  made.lab = "digits";
  made.number = number;
  made.verdict = verdict;
  made.value = value;
  made.file = "experiments/try.py";
  made.notes = "wider layers";
  return made;
}

class RunViewTest : public testing::Test {
 protected:
  RunViewTest() {
    lab::RunStarted run;
    run.lab = "digits";
    run.objective = {"accuracy", lab::Direction::maximise};
    run.planned = 4;
    run.agent = "tuner";
    run.protection = "judged in-process, tier C";
    first_ = view_.apply(run, k_start, canvas_);
  }
  std::vector<std::string> finish(std::uint64_t attempt, const lab::Experiment& made,
                                  std::optional<double> before) {
    return view_.apply(lab::AttemptFinished{attempt, made, before}, k_start + seconds(10), canvas_);
  }
  Canvas canvas_{.columns = 80, .rows = 24, .style = Style(), .glyphs = Glyphs::ascii};
  RunView view_;
  std::vector<std::string> first_;
};

TEST_F(RunViewTest, ItBeginsWithWhatIsDoneAndHowItIsProtected) {
  EXPECT_THAT(first_, ElementsAre("digits  accuracy, higher is better; 4 experiments by tuner",
                                  "  judged in-process, tier C"));
}

TEST_F(RunViewTest, AnAttemptUnderWayHasALine) {
  static_cast<void>(view_.apply(lab::AttemptStarted{1, "tuner"}, k_start, canvas_));
  static_cast<void>(
      view_.apply(lab::PhaseChanged{1, lab::Phase::judging, "digits/7", ""}, k_start + seconds(2), canvas_));
  const auto lines = view_.live_lines(k_start + seconds(5), canvas_);
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_THAT(lines[0], HasSubstr("digits/7"));
  EXPECT_THAT(lines[0], HasSubstr("judging"));
  EXPECT_THAT(lines[0], HasSubstr("3.0 s"));
  EXPECT_THAT(lines[2], HasSubstr("no best yet"));
  EXPECT_THAT(lines[3], HasSubstr("0/4  5.0 s"));
}

TEST_F(RunViewTest, AFinishedAttemptLeavesItsLineAndCounts) {
  EXPECT_THAT(finish(1, experiment(1, lab::Verdict::accepted, 0.5), {}),
              ElementsAre("  + digits/1       0.50000             wider layers  try.py"));
  EXPECT_THAT(finish(2, experiment(2, lab::Verdict::rejected, 0.25), 0.5),
              ElementsAre("  . digits/2       0.25000   -0.25000  wider layers  try.py"));
  const auto lines = view_.live_lines(k_start + seconds(10), canvas_);
  EXPECT_THAT(lines[1], HasSubstr("best 0.50000 accuracy  digits/1"));
  EXPECT_THAT(lines[2], HasSubstr("2/4"));
  EXPECT_THAT(lines[2], HasSubstr("about 10"));
}

TEST_F(RunViewTest, AnInvalidOneSaysWhyInOneHarmlessLine) {
  lab::Experiment bad = experiment(3, lab::Verdict::invalid, {});
  bad.reason = "exit status 1\x1b[2J\nmore";
  const auto lines = finish(3, bad, 0.5);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_THAT(lines[0], HasSubstr("invalid  exit status 1\\x1b[2J"));
  EXPECT_EQ(lines[0].find("more"), std::string::npos);
}

TEST_F(RunViewTest, NoLiveLineIsAsWideAsTheTerminal) {
  for (std::uint64_t i = 0; i < 50; ++i)
    static_cast<void>(
        view_.apply(lab::AttemptStarted{i, "command:/a/very/long/path/to/an/agent"}, k_start, canvas_));
  const Canvas narrow{.columns = 30, .rows = 12, .style = Style(true), .glyphs = Glyphs::unicode};
  const auto lines = view_.live_lines(k_start, narrow);
  EXPECT_LT(lines.size(), narrow.rows);
  EXPECT_THAT(lines[lines.size() - 4], HasSubstr("and 44 more"));
  for (const std::string& line : lines) EXPECT_LT(styled_width(line), narrow.columns);
}

TEST_F(RunViewTest, NothingIsLiveAfterTheEnd) {
  static_cast<void>(view_.apply(lab::AttemptStarted{1, "tuner"}, k_start, canvas_));
  static_cast<void>(view_.apply(lab::RunSummary{}, k_start, canvas_));
  EXPECT_TRUE(view_.live_lines(k_start, canvas_).empty());
}

TEST(RunSummary, NamesTheBestItsParentAndTheNextCommand) {
  lab::RunSummary summary;
  summary.lab = "digits";
  summary.objective = {"accuracy", lab::Direction::maximise};
  summary.add(experiment(1, lab::Verdict::accepted, 0.5));
  summary.add(experiment(2, lab::Verdict::invalid, {}));
  summary.best = summary.experiments.front();
  summary.best_parent = 0.4;
  summary.seconds = 3;
  const std::string text = summary_text(summary, Style());
  EXPECT_THAT(text, HasSubstr("2 experiments in 3.0 s: 1 accepted, 1 invalid"));
  EXPECT_THAT(text, HasSubstr("best accuracy 0.5  digits/1  its parent 0.4: +25.0 %"));
  EXPECT_THAT(text, HasSubstr("next: leanlab show digits/1"));
  EXPECT_EQ(text.find("--resume"), std::string::npos);
}

TEST(RunSummary, SaysOnceWhatWasGained) {
  lab::RunSummary summary;
  summary.objective = {"accuracy", lab::Direction::maximise};
  summary.best = experiment(3, lab::Verdict::accepted, 0.5);
  summary.best_before = summary.best_parent = 0.4;
  EXPECT_THAT(summary_text(summary, Style()), HasSubstr("digits/3  as before this run\n"));
  summary.add(*summary.best);
  EXPECT_THAT(summary_text(summary, Style()), HasSubstr("digits/3  before 0.4: +25.0 %\n"));
  summary.best_parent = 0.25;
  EXPECT_THAT(summary_text(summary, Style()), HasSubstr("before 0.4: +25.0 %  its parent 0.25: +100.0 %\n"));
}

TEST(RunSummary, AnEarlyEndSaysHowToGoOn) {
  lab::RunSummary summary;
  summary.lab = "my lab";
  summary.ended_because = "interrupted";
  const std::string text = summary_text(summary, Style());
  EXPECT_THAT(text, HasSubstr("ended early: interrupted"));
  EXPECT_THAT(text, HasSubstr("leanlab run 'my lab' --resume"));
}

}  // namespace
}  // namespace leanlab::cli::ui
