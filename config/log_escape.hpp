// Makes any bytes safe to stand in a line of log.
#pragma once

#include <string_view>

#include <fmt/format.h>

namespace confab::log {

// Appends `text` as the inside of a JSON string. Quotes and backslashes are escaped, and so is all
// that could end a line or steer a terminal: C0 and C1 controls, DEL, U+2028, U+2029. Malformed
// UTF-8 becomes U+FFFD.
void append_escaped(fmt::memory_buffer& out, std::string_view text);

}  // namespace confab::log
