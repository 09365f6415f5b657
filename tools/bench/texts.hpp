// Message texts in several languages, from Debian's fortunes packages.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace confab::bench {

inline constexpr const char* kFortunesDirectory = "/usr/share/games/fortunes";

// Texts between 1 and `longest` bytes, in an order that mixes files and is the same at every run.
// At most `limit`; empty if no fortunes are installed in `directory`.
std::vector<std::string> read_fortunes(const std::filesystem::path& directory = kFortunesDirectory,
                                       std::size_t limit = 4096, std::size_t longest = 1000);

}  // namespace confab::bench
