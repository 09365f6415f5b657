#pragma once

#include <string>

namespace confab::actors {

/// Without regard to case, for the alphabets that have a simple mapping (Latin, Greek, Cyrillic).
std::u32string fold_case(std::u32string text);

/// A decimal digit of any script.
bool is_decimal_digit(char32_t c);

}  // namespace confab::actors
