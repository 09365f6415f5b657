#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "http/server/server.hpp"

namespace confab::http {

inline constexpr std::string_view kSessionCookie = "sessionid";
inline constexpr std::string_view kCsrfCookie = "csrftoken";

/// The value of a cookie that the client sent; empty if there is none.
std::string_view cookie_of(const Request& request, std::string_view name);

/// What a cookie is to be; every one is for the whole site and SameSite=Lax.
struct Cookie {
  std::string_view name;
  std::string value{};
  std::chrono::seconds max_age{0};  ///< 0: delete it
  bool http_only = false;
  bool secure = false;
};

/// The value of a Set-Cookie header.
std::string set_cookie(const Cookie& cookie);

}  // namespace confab::http
