// The local executor: what a job's environment says, how many run at once, and what is recorded.
#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include "base/fs.h"
#include "exec/executor.h"
#include "exec/slots.h"

namespace leanlab::exec {
namespace {

Job shell_job(const std::string& script) {
  Job job;
  job.command.argv = {"sh", "-c", script};
  job.command.cwd = "/tmp";
  job.command.env = {{"PATH", "/usr/bin:/bin"}};
  job.policy.limits.wall = std::chrono::seconds(60);
  return job;
}

TEST(LocalExecutor, sets_and_records_the_number_of_threads) {
  const Interrupt interrupt;
  const auto executor = make_local_executor({});
  const auto report = executor->run(
      shell_job("echo $OMP_NUM_THREADS $OPENBLAS_NUM_THREADS [$CUDA_VISIBLE_DEVICES]"), interrupt);
  ASSERT_TRUE(report) << one_line(report.error());
  const std::string cores = std::to_string(usable_cpus().size());
  EXPECT_EQ(report->outcome.out, cores + " " + cores + " []\n");
  EXPECT_EQ(report->placement.threads, usable_cpus().size());
  EXPECT_FALSE(report->placement.host.empty());
}

TEST(LocalExecutor, keeps_a_thread_count_that_the_job_names) {
  const Interrupt interrupt;
  Job job = shell_job("echo $OMP_NUM_THREADS");
  job.command.env.emplace_back("OMP_NUM_THREADS", "7");
  EXPECT_EQ(make_local_executor({})->run(job, interrupt)->outcome.out, "7\n");
}

TEST(LocalExecutor, pins_to_the_cores_that_are_asked_for) {
  if (usable_cpus().size() < 2) GTEST_SKIP() << "there is one core only";
  const Interrupt interrupt;
  Job job = shell_job("nproc; echo $OMP_NUM_THREADS");
  job.command.env.emplace_back("LC_ALL", "C");
  job.cpus = 1;
  const auto report = make_local_executor({})->run(job, interrupt);
  ASSERT_TRUE(report);
  EXPECT_EQ(report->outcome.out, "1\n1\n");
  EXPECT_EQ(report->placement.cpus.size(), 1u);
}

// Each job notes in a shared folder that it is there and fails if it sees too many others.
int most_at_once(const std::vector<Executor*>& executors, int jobs) {
  const auto folder = TempDirectory::make().value();
  const Interrupt interrupt;
  std::atomic<int> most{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < jobs; ++i) {
    threads.emplace_back([&, i] {
      const std::string at = folder.path().string();
      const auto report = executors[static_cast<std::size_t>(i) % executors.size()]->run(
          shell_job("touch " + at + "/$$; sleep 0.05; ls " + at + " | wc -l; rm " + at + "/$$"), interrupt);
      const int seen = report ? std::atoi(report->outcome.out.c_str()) : 1000;
      int before = most.load();
      while (seen > before && !most.compare_exchange_weak(before, seen)) {
      }
    });
  }
  threads.clear();
  return most;
}

TEST(LocalExecutor, runs_no_more_than_its_slots_at_once) {
  const auto executor = make_local_executor({.slots = 3});
  const int most = most_at_once({executor.get()}, 12);
  EXPECT_LE(most, 3);
  EXPECT_GE(most, 1);
}

TEST(LocalExecutor, exclusive_ones_never_overlap_though_they_are_two) {
  const auto folder = TempDirectory::make().value();
  ::setenv("XDG_RUNTIME_DIR", folder.path().c_str(), 1);
  const auto one = make_local_executor({.slots = 4, .sharing = LocalOptions::Sharing::exclusive});
  const auto other = make_local_executor({.slots = 4, .sharing = LocalOptions::Sharing::exclusive});
  EXPECT_EQ(most_at_once({one.get(), other.get()}, 8), 1);
}

}  // namespace
}  // namespace leanlab::exec
