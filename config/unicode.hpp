// What a text in UTF-8 consists of, and whether it is one.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace confab::unicode {

// Where a text stops being UTF-8, and why, in Python's words.
struct EncodingFault {
  std::size_t position = 0;
  std::string_view reason;
};

// Empty for valid UTF-8 (shortest forms only, no surrogates).
std::optional<EncodingFault> find_encoding_fault(std::string_view text);

// What stands for a byte that is not UTF-8.
constexpr char32_t kReplacement = 0xFFFD;

// The first code point of `text`, which is shortened by it; or by one byte, for kReplacement, if it
// does not begin with one. Precondition: `text` is not empty.
inline char32_t take_character(std::string_view& text);

// The same for a text that begins with a byte above 0x7F.
char32_t take_encoded_character(std::string_view& text);

std::u32string to_code_points(std::string_view text);

// Number of code points. Precondition: valid UTF-8.
std::size_t count_characters(std::string_view text);

// At most so many code points of the beginning. Precondition: valid UTF-8.
std::string_view first_characters(std::string_view text, std::size_t count);

// Without Unicode white space at both ends (what Python's str.strip() removes).
// Precondition: valid UTF-8.
std::string_view trim_space(std::string_view text);

inline char32_t take_character(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first >= 0x80) return take_encoded_character(text);
  text.remove_prefix(1);
  return first;
}

}  // namespace confab::unicode
