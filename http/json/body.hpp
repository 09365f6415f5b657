#pragma once

#include <optional>
#include <string_view>

#include "http/json/parse.hpp"
#include "http/problem.hpp"
#include "http/server/server.hpp"

namespace confab::http {

/// What a request sent, whatever its form. A form's values are strings, or lists of strings where a
/// name came more than once.
struct Body {
  Json data = Json::object();
  bool is_form = false;
};

inline constexpr std::string_view kJsonType = "application/json";
inline constexpr std::string_view kFormType = "application/x-www-form-urlencoded";
inline constexpr std::string_view kMultipartType = "multipart/form-data";

/// `application/json; charset=utf-8` without its parameters, in lower case.
std::string media_type_of(std::string_view content_type);

/// Reads JSON, application/x-www-form-urlencoded and the simple fields of multipart/form-data.
/// An empty body is an empty object. A problem: 415 for another type, 400 for malformed content.
std::variant<Body, Problem> read_body(const Request& request);

}  // namespace confab::http
