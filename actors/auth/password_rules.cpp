#include "actors/auth/password_rules.hpp"

#include <algorithm>
#include <map>

#include "actors/auth/code_points.hpp"
#include "actors/auth/common_passwords.hpp"
#include "config/unicode.hpp"

namespace confab::actors {

namespace {

// Above this share of common characters two texts count as alike.
constexpr double kTooSimilar = 0.7;

std::size_t shared_characters(std::u32string_view a, std::u32string_view b) {
  std::map<char32_t, std::size_t> left;
  for (const char32_t c : a) ++left[c];
  std::size_t shared = 0;
  for (const char32_t c : b) {
    std::size_t& rest = left[c];
    if (rest == 0) continue;
    --rest;
    ++shared;
  }
  return shared;
}

bool are_alike(std::u32string_view a, std::u32string_view b) {
  if (a.empty() || b.empty()) return false;
  const auto shared = static_cast<double>(shared_characters(a, b));
  return 2 * shared >= kTooSimilar * static_cast<double>(a.size() + b.size());
}

bool belongs_to_word(char32_t c) {
  return (c >= U'a' && c <= U'z') || (c >= U'0' && c <= U'9') || c == U'_' || c >= 0x80;
}

/// Whether the password is like `value` as a whole or like one word of it ("alice" in an address).
bool resembles(std::u32string_view password, std::string_view value_utf8) {
  const std::u32string value = fold_case(unicode::to_code_points(value_utf8));
  if (are_alike(password, value)) return true;
  for (auto at = value.begin(); at != value.end();) {
    const auto first = std::find_if(at, value.end(), belongs_to_word);
    const auto last = std::find_if_not(first, value.end(), belongs_to_word);
    if (are_alike(password, std::u32string(first, last))) return true;
    at = last;
  }
  return false;
}

}  // namespace

std::vector<std::string> check_password(std::string_view password, std::string_view username,
                                        std::string_view email) {
  const std::u32string points = unicode::to_code_points(password);
  if (points.size() > kLongestPassword) {
    return {"Ensure this field has no more than 128 characters."};
  }
  if (points.find(U'\0') != points.npos) return {"Null characters are not allowed."};

  const std::u32string folded = fold_case(points);
  std::vector<std::string> objections;
  if (resembles(folded, username)) {
    objections.emplace_back("The password is too similar to the username.");
  }
  if (resembles(folded, email)) {
    objections.emplace_back("The password is too similar to the email address.");
  }
  if (points.size() < kShortestPassword) {
    objections.emplace_back("This password is too short. It must contain at least 8 characters.");
  }
  if (is_common_password(folded)) objections.emplace_back("This password is too common.");
  if (!points.empty() && std::ranges::all_of(points, is_decimal_digit)) {
    objections.emplace_back("This password is entirely numeric.");
  }
  return objections;
}

}  // namespace confab::actors
