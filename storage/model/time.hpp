#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace confab::storage {

/// A moment in UTC with microseconds, as it is stored and sent.
using Timestamp = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

Timestamp now();

/// Microseconds since 1970, the form in which the databases keep it.
inline std::int64_t to_micros(Timestamp time) { return time.time_since_epoch().count(); }
inline Timestamp from_micros(std::int64_t micros) {
  return Timestamp{std::chrono::microseconds{micros}};
}

/// "2025-07-30T10:00:00.000000Z".
std::string to_string(Timestamp time);

/// Appends the same text to `out`.
void append_time(std::string& out, Timestamp time);

/// Reads RFC 3339 with any offset and up to nine fractional digits, or a plain date (midnight UTC).
std::optional<Timestamp> parse_time(std::string_view text);

}  // namespace confab::storage
