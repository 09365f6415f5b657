#include "actors/representation/json_text.hpp"

#include <array>
#include <charconv>
#include <functional>

#include <fmt/format.h>

namespace confab::actors {

namespace {

constexpr std::string_view kHex = "0123456789abcdef";

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

}  // namespace

void append_json(std::string& out, std::string_view text) {
  out += '"';
  std::size_t clean_from = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!needs_escape(text[i])) continue;
    out.append(text, clean_from, i - clean_from);
    append_escaped(out, text[i]);
    clean_from = i + 1;
  }
  out.append(text, clean_from);
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
