#pragma once

#include <string>
#include <string_view>

namespace confab::actors {

/// The code points of a UTF-8 text. Bytes that are not UTF-8 count as one code point each.
std::u32string to_code_points(std::string_view utf8);

/// Without regard to case, for the alphabets that have a simple mapping (Latin, Greek, Cyrillic).
std::u32string fold_case(std::u32string text);

/// A decimal digit of any script.
bool is_decimal_digit(char32_t c);

}  // namespace confab::actors
