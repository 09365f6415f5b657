#include "http/conditional.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "http/server/grammar.hpp"

namespace confab::http {

std::vector<std::string> parse_entity_tags(std::string_view header) {
  std::vector<std::string> tags;
  while (!(header = trim(header)).empty()) {
    if (header.starts_with("W/")) header.remove_prefix(2);
    if (header.starts_with('"')) {
      const std::size_t end = header.find('"', 1);
      if (end == std::string_view::npos) break;
      tags.emplace_back(header.substr(1, end - 1));
      header.remove_prefix(end + 1);
    } else if (header.starts_with('*')) {
      tags.emplace_back("*");
      header.remove_prefix(1);
    }
    const std::size_t comma = header.find(',');
    if (comma == std::string_view::npos) break;
    header.remove_prefix(comma + 1);
  }
  return tags;
}

bool none_match_hits(std::string_view header, std::string_view etag) {
  if (header.empty() || etag.empty()) return false;
  const auto tags = parse_entity_tags(header);
  return std::any_of(tags.begin(), tags.end(),
                     [etag](const std::string& tag) { return tag == "*" || tag == etag; });
}

std::string variant_suffix(std::string_view text) {
  // FNV-1a: stable between processes, so that a tag outlives a restart.
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  return fmt::format("-{:08x}", static_cast<std::uint32_t>(hash ^ (hash >> 32)));
}

}  // namespace confab::http
