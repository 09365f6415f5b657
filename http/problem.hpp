#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/model/error.hpp"

namespace confab::http {

/// An answer that says why a request was refused. A plain value.
struct Problem {
  int status = 500;
  std::string body;  ///< JSON
  std::vector<std::pair<std::string, std::string>> headers;
};

inline constexpr std::string_view kNotFound = "Not found.";
inline constexpr std::string_view kNoCredentials = "Authentication credentials were not provided.";

/// `{"detail": detail, "code": code}`. A 401 gets its challenge, a 503 its Retry-After.
Problem make_problem(int status, std::string_view detail, std::string_view code);

/// `{field: [message]}`, 400.
Problem field_problem(std::string_view field, std::string_view message);

/// 429 with Retry-After.
Problem throttled(std::string_view seconds);

/// What DRF says of a key that names nothing.
std::string missing_key_message(std::string_view key);

/// The only place where errors of the lower layers become HTTP. Nothing of `error.detail` is shown
/// but what the client itself sent (an offending value) or may know (seconds to wait).
Problem problem_of(const storage::Error& error);

/// The same for a bearer token that was refused on an ordinary request.
Problem authentication_problem(const storage::Error& error);

}  // namespace confab::http
