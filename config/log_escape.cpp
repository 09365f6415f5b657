#include "config/log_escape.hpp"

#include <cstdint>
#include <iterator>

#include <fmt/format.h>

#include "config/unicode.hpp"

namespace confab::log {
namespace {

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
    const std::string_view rest = text;
    const char32_t character = unicode::take_character(text);
    const std::string_view bytes = rest.substr(0, rest.size() - text.size());
    const bool is_malformed = character == unicode::kReplacement && bytes.size() == 1;
    if (character < 0x80) {
      append_ascii(out, bytes.front());
    } else if (is_malformed || needs_escape(character)) {
      append_code(out, character);
    } else {
      out.append(bytes);
    }
  }
}

}  // namespace confab::log
