// Preloaded into a node: while the file that ENDLESS_LEASE names is there, CLOCK_BOOTTIME stands
// still, and with it the node's lease and its heartbeats. Others take over; the node believes that
// it may serve what it has in memory, as one would that does not look at its lease.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec* now) {
  static int (*real)(clockid_t, struct timespec*);
  static struct timespec frozen;
  if (!real) real = (int (*)(clockid_t, struct timespec*))dlsym(RTLD_NEXT, "clock_gettime");
  const int result = real(clock, now);
  if (clock != CLOCK_BOOTTIME) return result;
  const char* file = getenv("ENDLESS_LEASE");
  if (file && access(file, F_OK) == 0) {
    if (!frozen.tv_sec) frozen = *now;
    *now = frozen;
  } else {
    frozen.tv_sec = 0;
  }
  return result;
}
