#include "config/unicode.hpp"

#include <cstdint>
#include <cstring>

namespace confab::unicode {
namespace {

unsigned char byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

bool eight_ascii_bytes(const char* text) {
  std::uint64_t word = 0;
  std::memcpy(&word, text, sizeof word);
  return (word & 0x8080808080808080U) == 0;
}

// What may follow a lead byte: how many continuation bytes, and the bounds of the first of them.
struct Sequence {
  std::size_t continuation = 0;
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
};

Sequence sequence_of(unsigned char lead) {
  if (lead >= 0xC2 && lead <= 0xDF) return {1, 0x80, 0xBF};
  if (lead == 0xE0) return {2, 0xA0, 0xBF};
  if (lead == 0xED) return {2, 0x80, 0x9F};
  if (lead >= 0xE1 && lead <= 0xEF) return {2, 0x80, 0xBF};
  if (lead == 0xF0) return {3, 0x90, 0xBF};
  if (lead >= 0xF1 && lead <= 0xF3) return {3, 0x80, 0xBF};
  if (lead == 0xF4) return {3, 0x80, 0x8F};
  return {};
}

bool is_white_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 ||
         c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
         c == 0x205F || c == 0x3000;
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// Why no code point begins at `i`; empty if one does.
std::string_view fault_at(std::string_view text, std::size_t i) {
  const unsigned char lead = byte_at(text, i);
  if (lead < 0x80) return {};
  const Sequence sequence = sequence_of(lead);
  if (sequence.continuation == 0) return "invalid start byte";
  for (std::size_t k = 1; k <= sequence.continuation; ++k) {
    if (i + k >= text.size()) return "unexpected end of data";
    const unsigned char next = byte_at(text, i + k);
    const unsigned char low = k == 1 ? sequence.low : 0x80;
    const unsigned char high = k == 1 ? sequence.high : 0xBF;
    if (next < low || next > high) return "invalid continuation byte";
  }
  return {};
}

// Precondition for these: a code point begins at `i`.

std::size_t length_at(std::string_view text, std::size_t i) {
  return 1 + sequence_of(byte_at(text, i)).continuation;
}

char32_t decode_at(std::string_view text, std::size_t i) {
  const std::size_t length = length_at(text, i);
  const unsigned char lead = byte_at(text, i);
  char32_t value = length == 1 ? lead : lead & (0x7F >> length);
  for (std::size_t k = 1; k < length; ++k) value = (value << 6) | (byte_at(text, i + k) & 0x3F);
  return value;
}

}  // namespace

std::optional<EncodingFault> find_encoding_fault(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    if (i + 8 <= text.size() && eight_ascii_bytes(text.data() + i)) {
      i += 8;
      continue;
    }
    const std::string_view reason = fault_at(text, i);
    if (!reason.empty()) return EncodingFault{i, reason};
    i += length_at(text, i);
  }
  return std::nullopt;
}

char32_t take_encoded_character(std::string_view& text) {
  const bool is_valid = fault_at(text, 0).empty();
  const char32_t character = is_valid ? decode_at(text, 0) : kReplacement;
  text.remove_prefix(is_valid ? length_at(text, 0) : 1);
  return character;
}

std::u32string to_code_points(std::string_view text) {
  std::u32string points;
  points.reserve(text.size());
  while (!text.empty()) points.push_back(take_character(text));
  return points;
}

std::size_t count_characters(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += is_continuation(c) ? 0 : 1;
  return count;
}

std::string_view first_characters(std::string_view text, std::size_t count) {
  std::size_t end = 0;
  for (; end < text.size() && count > 0; --count) end += length_at(text, end);
  return text.substr(0, end);
}

std::string_view trim_space(std::string_view text) {
  while (!text.empty() && is_white_space(decode_at(text, 0))) {
    text.remove_prefix(length_at(text, 0));
  }
  while (!text.empty()) {
    std::size_t last = text.size() - 1;
    while (last > 0 && is_continuation(text[last])) --last;
    if (!is_white_space(decode_at(text, last))) break;
    text = text.substr(0, last);
  }
  return text;
}

}  // namespace confab::unicode
