#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace confab::storage {

/// A 128-bit UUID. A plain value; the zero UUID names nothing.
struct Uuid {
  std::array<std::uint8_t, 16> bytes{};

  explicit operator bool() const { return *this != Uuid{}; }
  friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

/// A new time-ordered UUID (RFC 9562, version 7): within one process each is greater than the one
/// before. Thread-safe.
Uuid make_uuid7();

/// A new random UUID (version 4). Thread-safe.
Uuid make_uuid4();

/// "550e8400-e29b-41d4-a716-446655440000".
std::string to_string(const Uuid& uuid);

/// Appends the same text to `out`.
void append_uuid(std::string& out, const Uuid& uuid);

/// Reads the 36-character form, or 32 hexadecimal digits; nothing else.
std::optional<Uuid> parse_uuid(std::string_view text);

/// A message's id. Version 7: its order is the order of creation.
struct MessageId {
  Uuid value;

  explicit operator bool() const { return static_cast<bool>(value); }
  friend auto operator<=>(const MessageId&, const MessageId&) = default;
};

}  // namespace confab::storage

template <>
struct std::hash<confab::storage::Uuid> {
  std::size_t operator()(const confab::storage::Uuid& uuid) const noexcept {
    std::uint64_t low = 0;
    std::memcpy(&low, uuid.bytes.data() + 8, sizeof low);  // the random half
    return std::hash<std::uint64_t>{}(low);
  }
};

template <>
struct std::hash<confab::storage::MessageId> {
  std::size_t operator()(const confab::storage::MessageId& id) const noexcept {
    return std::hash<confab::storage::Uuid>{}(id.value);
  }
};
