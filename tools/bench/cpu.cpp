#include "tools/bench/cpu.hpp"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include <sys/resource.h>
#include <unistd.h>

namespace confab::bench {
namespace {

struct ProcessTimes {
  pid_t parent = 0;
  std::uint64_t ticks = 0;
};

bool read_times(pid_t pid, ProcessTimes& into) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  if (!std::getline(file, line)) {
    return false;
  }
  // The command may hold spaces and parentheses itself: the fields begin behind the last one.
  std::istringstream fields(line.substr(line.rfind(')') + 1));
  std::string state;
  fields >> state >> into.parent;
  std::string skipped;
  for (int field = 5; field < 14; ++field) {
    fields >> skipped;
  }
  std::uint64_t user = 0;
  std::uint64_t system = 0;
  std::uint64_t ended_user = 0;
  std::uint64_t ended_system = 0;
  fields >> user >> system >> ended_user >> ended_system;
  into.ticks = user + system + ended_user + ended_system;
  return static_cast<bool>(fields);
}

std::map<pid_t, ProcessTimes> all_processes() {
  std::map<pid_t, ProcessTimes> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    const std::string name = entry.path().filename();
    pid_t pid = 0;
    const auto [end, failed] = std::from_chars(name.data(), name.data() + name.size(), pid);
    ProcessTimes times;
    if (failed == std::errc{} && end == name.data() + name.size() && read_times(pid, times)) {
      found.emplace(pid, times);
    }
  }
  return found;
}

bool descends_from(pid_t pid, const std::vector<pid_t>& roots,
                   const std::map<pid_t, ProcessTimes>& processes) {
  while (pid > 0) {
    for (const pid_t root : roots) {
      if (pid == root) {
        return true;
      }
    }
    const auto found = processes.find(pid);
    pid = found == processes.end() ? 0 : found->second.parent;
  }
  return false;
}

std::uint64_t microseconds(const timeval& time) {
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000 +
         static_cast<std::uint64_t>(time.tv_usec);
}

}  // namespace

std::uint64_t cpu_of_trees(const std::vector<pid_t>& roots) {
  if (roots.empty()) {
    return 0;
  }
  const auto processes = all_processes();
  std::uint64_t ticks = 0;
  for (const auto& [pid, times] : processes) {
    if (descends_from(pid, roots, processes)) {
      ticks += times.ticks;
    }
  }
  return ticks * 1'000'000 / static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
}

std::uint64_t cpu_of_self() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return microseconds(usage.ru_utime) + microseconds(usage.ru_stime);
}

}  // namespace confab::bench
