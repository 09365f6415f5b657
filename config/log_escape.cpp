#include "config/log_escape.hpp"

#include <cstdint>
#include <iterator>

#include <fmt/format.h>

namespace confab::log {
namespace {

constexpr std::uint32_t kMalformed = 0xFFFD;

struct CodePoint {
  std::uint32_t value;
  std::size_t length;
  bool well_formed;
};

std::uint8_t byte_at(std::string_view text, std::size_t at) {
  return static_cast<std::uint8_t>(text[at]);
}

std::size_t sequence_length(std::uint8_t lead) {
  if (lead >= 0xC2 && lead <= 0xDF) {
    return 2;
  }
  if (lead >= 0xE0 && lead <= 0xEF) {
    return 3;
  }
  return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

bool is_scalar(std::uint32_t value, std::size_t length) {
  if (length == 3) {
    return value >= 0x800 && (value < 0xD800 || value > 0xDFFF);
  }
  return length == 2 || (value >= 0x10000 && value <= 0x10FFFF);
}

// `text` is not empty and begins with a byte that is not ASCII.
CodePoint decode(std::string_view text) {
  constexpr CodePoint kBad{kMalformed, 1, false};
  const auto length = sequence_length(byte_at(text, 0));
  if (length == 0 || length > text.size()) {
    return kBad;
  }
  std::uint32_t value = byte_at(text, 0) & (0xFFU >> (length + 1));
  for (std::size_t at = 1; at < length; ++at) {
    if ((byte_at(text, at) & 0xC0U) != 0x80U) {
      return kBad;
    }
    value = (value << 6) | (byte_at(text, at) & 0x3FU);
  }
  return is_scalar(value, length) ? CodePoint{value, length, true} : kBad;
}

bool needs_escape(std::uint32_t value) {
  return value < 0x20 || (value >= 0x7F && value < 0xA0) || value == 0x2028 || value == 0x2029;
}

void append_code(fmt::memory_buffer& out, std::uint32_t value) {
  fmt::format_to(std::back_inserter(out), "\\u{:04x}", value);
}

void append_ascii(fmt::memory_buffer& out, char c) {
  switch (c) {
    case '"':
    case '\\':
      out.push_back('\\');
      out.push_back(c);
      return;
    case '\n':
      out.append(std::string_view("\\n"));
      return;
    case '\r':
      out.append(std::string_view("\\r"));
      return;
    case '\t':
      out.append(std::string_view("\\t"));
      return;
    default:
      break;
  }
  const auto value = static_cast<std::uint8_t>(c);
  if (needs_escape(value)) {
    append_code(out, value);
  } else {
    out.push_back(c);
  }
}

}  // namespace

void append_escaped(fmt::memory_buffer& out, std::string_view text) {
  while (!text.empty()) {
    if (byte_at(text, 0) < 0x80) {
      append_ascii(out, text.front());
      text.remove_prefix(1);
      continue;
    }
    const auto point = decode(text);
    if (!point.well_formed || needs_escape(point.value)) {
      append_code(out, point.value);
    } else {
      out.append(text.substr(0, point.length));
    }
    text.remove_prefix(point.length);
  }
}

}  // namespace confab::log
