#include "http/server/grammar.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace confab::http {
namespace {

constexpr std::uint64_t kMaxNumber = std::numeric_limits<std::uint64_t>::max();

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool is_port(std::string_view text) {
  if (text.empty()) return true;  // "host:" is legal
  const auto number = parse_decimal(text);
  return number && *number <= 65535;
}

bool is_ipv6(std::string_view text) {
  in6_addr address{};
  return inet_pton(AF_INET6, std::string(text).c_str(), &address) == 1;
}

/// RFC 3986's unreserved characters and sub-delims: what a name may hold as it is.
bool is_name_char(char c) {
  constexpr std::string_view kNoName = "#^`|";
  constexpr std::string_view kNoToken = "();,=";
  if (is_token_char(c)) return kNoName.find(c) == std::string_view::npos;
  return kNoToken.find(c) != std::string_view::npos;
}

bool is_registered_name(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size() || hex_value(text[i + 1]) < 0 || hex_value(text[i + 2]) < 0) {
        return false;
      }
      i += 2;
    } else if (!is_name_char(text[i])) {
      return false;
    }
  }
  return !text.empty();
}

}  // namespace

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

bool equals_lower(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() && std::equal(text.begin(), text.end(), lower.begin(),
                                                   [](char a, char b) { return to_lower(a) == b; });
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::optional<std::uint64_t> parse_decimal(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (char c : text) {
    if (!is_digit(c)) return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    value = value > (kMaxNumber - digit) / 10 ? kMaxNumber : value * 10 + digit;
  }
  return value;
}

std::optional<std::uint64_t> parse_hex(std::string_view text) {
  if (text.empty()) return std::nullopt;
  std::uint64_t value = 0;
  for (char c : text) {
    const int digit = hex_value(c);
    if (digit < 0) return std::nullopt;
    value = value >> 60 ? kMaxNumber : value * 16 + static_cast<std::uint64_t>(digit);
  }
  return value;
}

bool is_authority(std::string_view text) {
  if (!text.starts_with('[')) {
    const std::size_t colon = text.find(':');
    if (!is_registered_name(text.substr(0, colon))) return false;
    return colon == std::string_view::npos || is_port(text.substr(colon + 1));
  }
  const std::size_t end = text.find(']');
  if (end == std::string_view::npos || !is_ipv6(text.substr(1, end - 1))) return false;
  const std::string_view rest = text.substr(end + 1);
  return rest.empty() || (rest.front() == ':' && is_port(rest.substr(1)));
}

}  // namespace confab::http
