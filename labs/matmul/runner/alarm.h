// alarm: the judge's clock, and a deadline that ends a process whatever the judge is doing.
#pragma once

#include <sys/types.h>

/// Seconds on the monotonic clock.
double now();

/// While it lives, a timer ends process `target` (a group when negative) with SIGKILL after `seconds`. One at a time.
class Alarm {
 public:
  Alarm(pid_t target, double seconds);
  ~Alarm();
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;
  bool rang() const;
};
