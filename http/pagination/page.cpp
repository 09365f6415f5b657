#include "http/pagination/page.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <system_error>

namespace confab::http {

namespace {

/// Beyond this no list has a page; it keeps the arithmetic far from its limits.
constexpr std::uint64_t kMaxPage = 1'000'000'000'000;

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::optional<PageChoice> choose_page(const Query& query) {
  const auto page = query.get("page");
  if (!page) return PageChoice{};
  if (*page == "last") return PageChoice{1, true};
  const auto number = parse_number(*page);
  if (!number || *number == 0 || *number > kMaxPage) return std::nullopt;
  return PageChoice{*number, false};
}

std::uint32_t page_size_of(const Query& query) {
  const auto text = query.get("page_size");
  const auto size = text ? parse_number(*text) : std::nullopt;
  if (!size || *size == 0) return kDefaultPageSize;
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(*size, kMaxPageSize));
}

}  // namespace confab::http
