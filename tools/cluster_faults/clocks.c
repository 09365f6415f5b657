// Preloaded into a node: its clocks go wrong as the file that FAULT_CLOCKS names says at that
// moment. The wall clock jumps; or CLOCK_BOOTTIME stands still, and with it the lease by which a
// node tells whether it may serve.
//
// libfaketime cannot do this here: with jemalloc it calls itself without end.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct clocks {
  int64_t ahead;       // seconds that the wall clock is ahead
  int64_t boot_stops;  // at this second; 0: it runs
};

static const struct clocks as_usual;
static const volatile struct clocks* clocks = &as_usual;

__attribute__((constructor)) static void find_clocks(void) {
  const char* name = getenv("FAULT_CLOCKS");
  const int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return;
  void* shared = mmap(NULL, sizeof *clocks, PROT_READ, MAP_SHARED, file, 0);
  if (shared != MAP_FAILED) clocks = shared;
  close(file);
}

static int is_wall_clock(clockid_t clock) {
  return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
}

int clock_gettime(clockid_t clock, struct timespec* now) {
  const long result = syscall(SYS_clock_gettime, clock, now);
  if (result == 0 && is_wall_clock(clock)) now->tv_sec += clocks->ahead;
  if (result == 0 && clock == CLOCK_BOOTTIME && clocks->boot_stops) {
    now->tv_sec = clocks->boot_stops;
    now->tv_nsec = 0;
  }
  return (int)result;
}

int gettimeofday(struct timeval* restrict now, void* restrict zone) {
  (void)zone;
  struct timespec exact;
  clock_gettime(CLOCK_REALTIME, &exact);
  now->tv_sec = exact.tv_sec;
  now->tv_usec = exact.tv_nsec / 1000;
  return 0;
}

time_t time(time_t* copy) {
  struct timespec exact;
  clock_gettime(CLOCK_REALTIME, &exact);
  if (copy) *copy = exact.tv_sec;
  return exact.tv_sec;
}

// The kernel waits by its own wall clock: a moment of the wrong one has to be turned into that.

static struct timespec by_kernel(const struct timespec* moment) {
  const struct timespec real = {moment->tv_sec - clocks->ahead, moment->tv_nsec};
  return real;
}

int pthread_cond_timedwait(pthread_cond_t* restrict condition, pthread_mutex_t* restrict mutex,
                           const struct timespec* restrict until) {
  static int (*wait)(pthread_cond_t*, pthread_mutex_t*, const struct timespec*);
  if (!wait) *(void**)&wait = dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");
  enum { some_years = 500000000 };  // no machine has been up for so long
  const struct timespec real = by_kernel(until);
  return wait(condition, mutex, until->tv_sec > some_years ? &real : until);
}

int pthread_cond_clockwait(pthread_cond_t* restrict condition, pthread_mutex_t* restrict mutex,
                           clockid_t clock, const struct timespec* restrict until) {
  static int (*wait)(pthread_cond_t*, pthread_mutex_t*, clockid_t, const struct timespec*);
  if (!wait) *(void**)&wait = dlsym(RTLD_NEXT, "pthread_cond_clockwait");
  const struct timespec real = by_kernel(until);
  return wait(condition, mutex, clock, clock == CLOCK_REALTIME ? &real : until);
}
