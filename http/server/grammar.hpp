#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace confab::http {

/// The small pieces of RFC 9110 and RFC 9112 that framing and writing share. Pure functions.

namespace detail {

constexpr std::array<bool, 256> make_token_table() {
  std::array<bool, 256> table{};
  for (int c = '0'; c <= '9'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (int c = 'a'; c <= 'z'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<std::size_t>(c)] = true;
  for (char c : std::string_view("!#$%&'*+-.^_`|~")) table[static_cast<unsigned char>(c)] = true;
  return table;
}

inline constexpr std::array<bool, 256> kTokenTable = make_token_table();

}  // namespace detail

/// A character that a method or a header name may consist of.
constexpr bool is_token_char(char c) { return detail::kTokenTable[static_cast<unsigned char>(c)]; }

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A byte that may not stand anywhere in a request line or a header: controls, save the tab.
constexpr bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && byte != '\t') || byte == 0x7f;
}

constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

/// Not empty, and nothing but token characters.
bool is_token(std::string_view text);

/// `lower` is in lower case already.
bool equals_lower(std::string_view text, std::string_view lower);

/// Without spaces and tabs at either end.
std::string_view trim(std::string_view text);

/// Digits only, no sign; a value beyond 64 bits becomes the greatest one. Empty: not a number.
std::optional<std::uint64_t> parse_decimal(std::string_view text);

/// As above, for hexadecimal digits.
std::optional<std::uint64_t> parse_hex(std::string_view text);

/// `host [":" port]` as a Host header or an absolute target holds it: a name, an IPv4 address or a
/// bracketed IPv6 one, not empty, without user information.
bool is_authority(std::string_view text);

/// Calls `visit` with every element of a comma-separated list, trimmed; empty ones are skipped.
template <typename Visit>
void for_each_element(std::string_view list, Visit visit) {
  while (true) {
    const std::size_t comma = list.find(',');
    const std::string_view element = trim(list.substr(0, comma));
    if (!element.empty()) visit(element);
    if (comma == std::string_view::npos) return;
    list.remove_prefix(comma + 1);
  }
}

}  // namespace confab::http
