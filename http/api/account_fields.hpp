#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "actors/messages/user.hpp"
#include "http/json/fields.hpp"

namespace confab::http::api {

/// The fields of an account that a request may set; absent ones stay as they are.
struct AccountFields {
  std::optional<std::string> username;
  std::optional<std::string> email;
  std::optional<std::string> first_name;
  std::optional<std::string> last_name;
  std::optional<std::string> phone_number;
  std::optional<storage::Role> role;
};

/// Reads them and refuses what Django would refuse of names and addresses.
AccountFields read_account(FieldReader& fields);

/// Letters and digits of any script, and @ . + - _. Precondition: valid UTF-8.
bool is_valid_username(std::string_view username);

/// One @, a plain local part, a domain of at least two labels (or localhost).
bool is_valid_email(std::string_view email);

/// Adds what speaks against a password under `field`.
void judge_password(FieldReader& fields, std::string_view field, std::string_view password,
                    std::string_view username, std::string_view email);

}  // namespace confab::http::api
