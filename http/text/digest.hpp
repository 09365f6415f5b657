#pragma once

#include <string>
#include <string_view>

namespace confab::http {

/// Bytes as hexadecimal digits.
std::string hex(std::string_view bytes);

/// HMAC-SHA-256, 32 bytes.
std::string hmac_sha256(std::string_view key, std::string_view text);

/// Compares without telling by its time how far two texts agree.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace confab::http
