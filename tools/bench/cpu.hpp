// Processor time of processes and their descendants.
#pragma once

#include <cstdint>
#include <vector>

#include <sys/types.h>

namespace confab::bench {

// User + system time, in microseconds, of `roots` and all their descendants, those that have ended
// and been waited for included. Processes that do not exist count nothing. Resolution: one clock
// tick (10 ms).
std::uint64_t cpu_of_trees(const std::vector<pid_t>& roots);

// The same of this process alone, exact.
std::uint64_t cpu_of_self();

}  // namespace confab::bench
