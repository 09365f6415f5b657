#include "actors/representation/json_text.hpp"

#include <array>
#include <charconv>
#include <functional>

#include <fmt/format.h>

#include "config/unicode.hpp"

namespace confab::actors {

namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kReplacement = "\uFFFD";

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
  }
}

bool needs_escape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

/// Whether there is anything beyond ASCII in the text.
bool append_escaped(std::string& out, std::string_view text) {
  std::size_t clean_from = 0;
  unsigned char bits = 0;  // those set in any byte
  for (std::size_t i = 0; i < text.size(); ++i) {
    bits |= static_cast<unsigned char>(text[i]);
    if (!needs_escape(text[i])) continue;
    out.append(text, clean_from, i - clean_from);
    append_escaped(out, text[i]);
    clean_from = i + 1;
  }
  out.append(text, clean_from);
  return bits >= 0x80;
}

void append_mended(std::string& out, std::string_view text) {
  while (const auto fault = unicode::find_encoding_fault(text)) {
    append_escaped(out, text.substr(0, fault->position));
    out += kReplacement;
    text.remove_prefix(fault->position + 1);
  }
  append_escaped(out, text);
}

}  // namespace

void append_json(std::string& out, std::string_view text) {
  out += '"';
  const std::size_t begin = out.size();
  // One damaged text would make the whole answer unreadable.
  if (append_escaped(out, text) && unicode::find_encoding_fault(text)) {
    out.resize(begin);
    append_mended(out, text);
  }
  out += '"';
}

void append_json(std::string& out, std::int64_t number) {
  std::array<char, 24> digits{};
  auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_json(std::string& out, bool value) { out += value ? "true" : "false"; }

void append_json(std::string& out, const storage::Uuid& uuid) {
  out += '"';
  storage::append_uuid(out, uuid);
  out += '"';
}

void append_json(std::string& out, storage::Timestamp time) {
  out += '"';
  storage::append_time(out, time);
  out += '"';
}

std::string etag_of(std::string_view json) {
  return fmt::format("{:016x}", std::hash<std::string_view>{}(json));
}

std::string etag_of_list(std::uint64_t count, bool more, std::string_view items) {
  return fmt::format("{:x}.{:d}.{}", count, more, etag_of(items));
}

}  // namespace confab::actors
