#include "http/api/account_fields.hpp"

#include <algorithm>

#include "actors/auth/password_rules.hpp"
#include "config/unicode.hpp"

namespace confab::http::api {
namespace {

constexpr std::size_t kMaxLabel = 63;

constexpr std::string_view kLocalSymbols = "!#$%&'*+/=?^_`{}|~-";
constexpr std::string_view kNameSymbols = "@.+-_";

bool is_alphanumeric(char32_t c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_one_of(char32_t c, std::string_view symbols) {
  return c < 0x80 && symbols.find(static_cast<char>(c)) != std::string_view::npos;
}

/// A character of another script; white space, format controls and byte order marks are none.
bool is_foreign(char32_t c) {
  const bool is_invisible = (c >= 0x2000 && c <= 0x206F) || c == 0x1680 || c == 0x3000 ||
                            c == 0xFEFF || (c >= 0xE0000 && c <= 0xE0FFF);
  return c > 0xA0 && !is_invisible;
}

/// A dot-separated part of an address before the @, as RFC 5322 has it without quotes.
bool is_atom(std::u32string_view atom) {
  return !atom.empty() && std::all_of(atom.begin(), atom.end(), [](char32_t c) {
    return is_alphanumeric(c) || is_one_of(c, kLocalSymbols);
  });
}

/// A dot-separated part of a domain.
bool is_label(std::u32string_view label) {
  if (label.empty() || label.size() > kMaxLabel || label.front() == '-' || label.back() == '-') {
    return false;
  }
  return std::all_of(label.begin(), label.end(),
                     [](char32_t c) { return is_alphanumeric(c) || c == '-' || is_foreign(c); });
}

/// The number of parts between dots, or 0 if one of them is not acceptable.
std::size_t count_parts(std::u32string_view text, bool (*acceptable)(std::u32string_view)) {
  for (std::size_t parts = 1;; ++parts) {
    const std::size_t dot = text.find(U'.');
    if (!acceptable(text.substr(0, dot))) return 0;
    if (dot == std::u32string_view::npos) return parts;
    text.remove_prefix(dot + 1);
  }
}

storage::Role role_of(std::string_view name) {
  if (name == "admin") return storage::Role::admin;
  return name == "host" ? storage::Role::host : storage::Role::guest;
}

}  // namespace

bool is_valid_username(std::string_view username) {
  const std::u32string name = unicode::to_code_points(username);
  return std::all_of(name.begin(), name.end(), [](char32_t c) {
    return is_alphanumeric(c) || is_foreign(c) || is_one_of(c, kNameSymbols);
  });
}

bool is_valid_email(std::string_view email) {
  const std::u32string address = unicode::to_code_points(email);
  const std::size_t at = address.rfind(U'@');
  if (at == std::u32string::npos) return false;
  const std::u32string_view local = std::u32string_view(address).substr(0, at);
  const std::u32string_view domain = std::u32string_view(address).substr(at + 1);
  if (count_parts(local, is_atom) == 0) return false;
  return domain == U"localhost" || count_parts(domain, is_label) >= 2;
}

AccountFields read_account(FieldReader& fields) {
  AccountFields account;
  account.username = fields.text("username");
  if (account.username && !is_valid_username(*account.username)) {
    fields.refuse("username",
                  "Enter a valid username. This value may contain only letters, numbers, and "
                  "@/./+/-/_ characters.");
  }
  account.email = fields.text("email");
  if (account.email && !is_valid_email(*account.email)) {
    fields.refuse("email", "Enter a valid email address.");
  }
  account.first_name = fields.text("first_name");
  account.last_name = fields.text("last_name");
  account.phone_number = fields.text("phone_number");
  if (const auto role = fields.text("role")) account.role = role_of(*role);
  return account;
}

void judge_password(FieldReader& fields, std::string_view field, std::string_view password,
                    std::string_view username, std::string_view email) {
  for (const std::string& sentence : actors::check_password(password, username, email)) {
    fields.refuse(field, sentence);
  }
}

}  // namespace confab::http::api
