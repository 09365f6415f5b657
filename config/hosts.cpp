#include "config/hosts.hpp"

#include <algorithm>
#include <utility>

namespace confab::config {
namespace {

// The locale's tolower() is neither constant nor fast; host names are ASCII.
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_letter_or_digit(char c) { return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z'); }

bool is_name_character(char c) { return is_letter_or_digit(c) || c == '.' || c == '-' || c == '_'; }

bool is_address_character(char c) { return is_letter_or_digit(c) || c == ':' || c == '.'; }

bool is_port(std::string_view text) {
  return text.size() <= 5 && std::all_of(text.begin(), text.end(), is_digit);
}

bool equal_ignoring_case(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

bool matches(std::string_view pattern, std::string_view host) {
  if (pattern == "*") {
    return true;
  }
  if (pattern.starts_with('.')) {
    return equal_ignoring_case(pattern.substr(1), host) ||
           (host.size() > pattern.size() &&
            equal_ignoring_case(pattern, host.substr(host.size() - pattern.size())));
  }
  return equal_ignoring_case(pattern, host);
}

std::string_view bracketed_host(std::string_view header) {
  const auto end = header.find(']');
  if (end == std::string_view::npos || end == 1) {
    return {};
  }
  const auto address = header.substr(1, end - 1);
  const auto rest = header.substr(end + 1);
  const bool well_formed = std::all_of(address.begin(), address.end(), is_address_character) &&
                           (rest.empty() || (rest.front() == ':' && is_port(rest.substr(1))));
  return well_formed ? header.substr(0, end + 1) : std::string_view{};
}

}  // namespace

std::string_view host_without_port(std::string_view header) {
  if (header.starts_with('[')) {
    return bracketed_host(header);
  }
  const auto colon = header.find(':');
  const auto name = header.substr(0, colon);
  const bool port_is_sound = colon == std::string_view::npos || is_port(header.substr(colon + 1));
  const bool well_formed =
      port_is_sound && std::all_of(name.begin(), name.end(), is_name_character);
  return well_formed ? name : std::string_view{};
}

HostList::HostList(std::vector<std::string> patterns) : patterns_(std::move(patterns)) {}

bool HostList::allows(std::string_view header) const {
  auto host = host_without_port(header);
  if (host.ends_with('.')) {
    host.remove_suffix(1);
  }
  return !host.empty() && std::any_of(patterns_.begin(), patterns_.end(),
                                      [host](const auto& p) { return matches(p, host); });
}

}  // namespace confab::config
