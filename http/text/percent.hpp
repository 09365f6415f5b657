#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace confab::http {

/// Decodes %XX; empty optional if an escape is malformed. `plus_is_space` as in query strings and
/// forms. The result may be any bytes.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);

/// As above, but a malformed escape stands for itself (as browsers and Django read queries).
std::string percent_decode_leniently(std::string_view text);

/// Appends the text as a query component: everything but unreserved characters is escaped.
void percent_encode(std::string& out, std::string_view text);

}  // namespace confab::http
