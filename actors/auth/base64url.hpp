#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace confab::actors {

/// Appends the base64url form of `bytes`, without padding.
void append_base64url(std::string& out, std::span<const std::uint8_t> bytes);

/// The bytes that `text` stands for. Strict: no padding, no white space, no bits left over, so that
/// equal bytes have one spelling only; anything else gives nothing.
std::optional<std::string> parse_base64url(std::string_view text);

}  // namespace confab::actors
