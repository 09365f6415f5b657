#pragma once

#include <string>
#include <string_view>

namespace confab::http::pages {

/// What the login form shows. Texts need not be escaped.
struct LoginForm {
  std::string_view csrf_token{};
  std::string_view target{};    ///< where to go after the login
  std::string_view username{};  ///< what was typed before
  std::string_view message{};   ///< why it did not work; empty at first
};
std::string login_page(const LoginForm& form);

/// A page with a heading and one sentence.
std::string message_page(std::string_view heading, std::string_view sentence);

/// `target` if it is a path of this site, else `otherwise`.
std::string safe_target(std::string_view target, std::string_view otherwise);

}  // namespace confab::http::pages
