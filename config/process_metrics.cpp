#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

#include "config/metrics.hpp"

namespace confab::metrics {
namespace {

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  double total_pages = 0;
  double resident_pages = 0;
  statm >> total_pages >> resident_pages;
  return resident_pages * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double open_files() {
  std::error_code error;
  const std::filesystem::directory_iterator entries("/proc/self/fd", error);
  return error ? 0 : static_cast<double>(std::distance(begin(entries), end(entries)));
}

double now_in_seconds() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

std::vector<Observation> make_observations() {
  const double started = now_in_seconds();
  std::vector<Observation> all;
  all.push_back(observe(ObservedKind::counter, "process_cpu_seconds_total",
                        "User and system CPU time spent in seconds.", {}, cpu_seconds));
  all.push_back(observe(ObservedKind::gauge, "process_resident_memory_bytes",
                        "Resident memory size in bytes.", {}, resident_bytes));
  all.push_back(observe(ObservedKind::gauge, "process_open_fds", "Number of open file descriptors.",
                        {}, open_files));
  all.push_back(observe(ObservedKind::gauge, "process_start_time_seconds",
                        "Start time of the process since the epoch in seconds.", {},
                        [started] { return started; }));
  return all;
}

}  // namespace

void observe_process() {
  // Registered until the process ends, and once even when called twice.
  static const std::vector<Observation> observations = make_observations();
  static_cast<void>(observations);
}

}  // namespace confab::metrics
