// alarm: setitimer and a handler; system calls of the judge are interrupted, not restarted.
#include "alarm.h"

#include <signal.h>
#include <sys/time.h>
#include <time.h>

namespace {

volatile sig_atomic_t g_target = 0, g_rang = 0;

void ring(int) {
  g_rang = 1;
  kill(static_cast<pid_t>(g_target), SIGKILL);
}

void set_timer(double seconds) {
  itimerval value{};
  value.it_value.tv_sec = static_cast<time_t>(seconds);
  value.it_value.tv_usec =
      static_cast<suseconds_t>((seconds - static_cast<double>(value.it_value.tv_sec)) * 1e6);
  setitimer(ITIMER_REAL, &value, nullptr);
}

}  // namespace

double now() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

Alarm::Alarm(pid_t target, double seconds) {
  g_target = target;
  g_rang = 0;
  struct sigaction action{};
  action.sa_handler = ring;
  sigaction(SIGALRM, &action, nullptr);
  set_timer(seconds);
}

Alarm::~Alarm() {
  set_timer(0);
}

bool Alarm::rang() const {
  return g_rang != 0;
}
