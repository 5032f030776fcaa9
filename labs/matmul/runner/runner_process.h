// runner_process: one running experiment, seen from the judge: start it, give it a go, see how it stopped.
#pragma once

#include <string>

#include <sys/types.h>

#include "area.h"

/// What one go took.
struct Timing {
  double wall;  ///< seconds from the judge's SIGCONT to the stop of all its threads, on the judge's clock
  double cpu;   ///< seconds of processor time of all its threads meanwhile, as the kernel counted them
};

class RunnerProcess {
 public:
  /// Starts `program` and waits until it has stopped itself for the first time. Throws Failure: it crashed, ended, hung.
  explicit RunnerProcess(const std::string& program);
  ~RunnerProcess();
  RunnerProcess(const RunnerProcess&) = delete;
  RunnerProcess& operator=(const RunnerProcess&) = delete;

  /// The shared area. Write to it and read from it only between goes.
  char* area() const { return area_; }
  /// One go. Throws Failure: it crashed, ended or took too long, or it ran while it was stopped.
  Timing go();
  /// Throws Failure when it wrote to its stdout, or used processor time while it was stopped.
  void check_quiet() const;

 private:
  void wait_stopped(const char* when, double limit_seconds);
  void settle();
  std::string said() const;
  double cpu_seconds() const;

  pid_t pid_ = -1;
  int area_fd_ = -1, out_fd_ = -1, err_fd_ = -1;
  char* area_ = nullptr;
  clockid_t cpu_clock_ = 0;
  double cpu_at_stop_ = 0;
};
