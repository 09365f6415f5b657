#pragma once

#include <cstdint>
#include <optional>

#include "http/text/query.hpp"

namespace confab::http {

inline constexpr std::uint32_t kDefaultPageSize = 20;
inline constexpr std::uint32_t kMaxPageSize = 100;

/// Which page a query asks for. `last`: the last one, whatever its number.
struct PageChoice {
  std::uint64_t number = 1;
  bool last = false;
};

/// Empty optional: no page can have that name.
std::optional<PageChoice> choose_page(const Query& query);

/// ?page_size=, within bounds; nonsense is ignored, as DRF does.
std::uint32_t page_size_of(const Query& query);

}  // namespace confab::http
