#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "lab/views/list.h"
#include "lab/views/show.h"
#include "lab/views/status.h"

namespace leanlab::lab {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

ListedLab listed() {
  return {"mein Labor", Objective{"rmse", Direction::minimise}, 3, 0.4, true, "", ""};
}

TEST(ListView, IsTheContractsObject) {
  EXPECT_EQ(
      to_line(list_view({listed(), {"broken", {}, 0, {}, false, "", "lab.json cannot be read"}})),
      R"({"labs":[{"name":"mein Labor","objective":{"metric":"rmse","direction":"min"},"experiments":3,"best":0.4,)"
      R"("sealed":true,"unverified":false,"level":null,"running":null,"problem":null},{"name":"broken","objective":null,"experiments":0,"best":null,)"
      R"("sealed":false,"unverified":false,"level":null,"running":null,"problem":"lab.json cannot be read"}],"tasks":[]})");
  EXPECT_EQ(to_line(list_view({})), R"({"labs":[],"tasks":[]})");
}

TEST(StatusView, TellsWhatNeedsAPerson) {
  LabStatus status;
  status.lab = listed();
  EXPECT_THAT(status_alerts(status), IsEmpty());
  status.lab.sealed = false;
  status.pending = 2;
  EXPECT_THAT(status_alerts(status),
              ElementsAre(HasSubstr("leanlab run 'mein Labor' --resume"), HasSubstr("leanlab lock")));
  status.lab.running = "pid 5";
  EXPECT_THAT(status_alerts(status), ElementsAre(HasSubstr("leanlab lock")));
  status.lab.problem = "lab.json cannot be read";
  EXPECT_THAT(status_alerts(status), ElementsAre(HasSubstr("leanlab check 'mein Labor'")));
  status.alerts = status_alerts(status);
  const Json view = status_view({status});
  EXPECT_EQ(to_line(view["running"]), R"(["mein Labor"])");
  EXPECT_EQ(view["alerts"], 1);
  EXPECT_EQ(view["labs"][0]["pending"], 2);
}

TEST(ShowView, ComparesWithTheParent) {
  Experiment child;
  child.lab = "x";
  child.number = 2;
  child.value = 0.5;
  Experiment parent = child;
  parent.number = 1;
  parent.value = 0.75;
  const ShownExperiment shown{child, parent, "code\xff", "out\n\x1b[0m"};
  EXPECT_EQ(show_view(shown, Direction::minimise)["gain"], 0.25);
  EXPECT_EQ(show_view(shown, Direction::maximise)["gain"], -0.25);
  EXPECT_EQ(show_view(shown, Direction::maximise)["source"], "code\xEF\xBF\xBD");
  EXPECT_EQ(show_view(shown, Direction::maximise)["log_text"], "out\n\\x1b[0m");
  EXPECT_TRUE(show_view({child, {}, {}, {}}, Direction::maximise)["gain"].is_null());
}

}  // namespace
}  // namespace leanlab::lab
