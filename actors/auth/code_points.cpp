#include "actors/auth/code_points.hpp"

#include <algorithm>
#include <iterator>

namespace confab::actors {

namespace {

bool is_between(char32_t c, char32_t first, char32_t last) { return c >= first && c <= last; }

char32_t fold(char32_t c) {
  if (is_between(c, U'A', U'Z') || is_between(c, 0x0410, 0x042F)) return c + 0x20;
  if (is_between(c, 0x00C0, 0x00DE) && c != 0x00D7) return c + 0x20;
  if (is_between(c, 0x0391, 0x03A9) && c != 0x03A2) return c + 0x20;
  if (is_between(c, 0x0400, 0x040F)) return c + 0x50;
  return c;
}

// The zero of each script whose ten digits stand in a row.
constexpr char32_t kZeros[] = {
    0x0030, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6,
    0x0C66, 0x0CE6, 0x0D66, 0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0,
    0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40, 0x1C50, 0xA620,
    0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10,
};

}  // namespace

std::u32string fold_case(std::u32string text) {
  std::ranges::transform(text, text.begin(), fold);
  return text;
}

bool is_decimal_digit(char32_t c) {
  return std::ranges::any_of(kZeros, [c](char32_t zero) { return is_between(c, zero, zero + 9); });
}

}  // namespace confab::actors
