#pragma once

#include <string>
#include <string_view>
#include <variant>

#include <nlohmann/json.hpp>

namespace confab::http {

using Json = nlohmann::json;

/// Arrays and objects may be nested this deep.
inline constexpr std::size_t kMaxJsonDepth = 32;

/// Why a text is not acceptable JSON, in Python's words and without any of its content but a short
/// literal ("Expecting value: line 1 column 13 (char 12)").
struct JsonFault {
  std::string message;
};

/// Parses strictly: one value, UTF-8 without byte order mark, no lone surrogates, no NaN or
/// infinities, no number beyond a double, no name twice in one object, at most kMaxJsonDepth deep.
/// The cost is linear in the text and the stack is bounded. Does not throw but for lack of memory.
std::variant<Json, JsonFault> parse_json(std::string_view text);

}  // namespace confab::http
