#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/store.hpp"

namespace confab::actors {

/// How far somebody has come in the log of events. Opaque to clients and the same for all of them:
/// it grants nothing. A plain value.
struct EventCursor {
  /// Of an event's parts: he has heard them all, or there is no event at that place.
  static constexpr std::uint8_t kWhole = 255;

  std::int64_t generation = 1;
  storage::EventPlace place;
  std::uint8_t part = kWhole;  ///< the last part heard of the event at `place`

  /// The place after which to read, so that what he has not heard of `place` comes again.
  storage::EventPlace read_after() const;

  /// Whether this part of the event comes after what he has heard.
  bool is_before(const storage::EventPlace& event, std::uint8_t event_part) const;

  friend bool operator==(const EventCursor&, const EventCursor&) = default;
};

std::string to_string(const EventCursor& cursor);

/// Empty for whatever to_string() did not give.
std::optional<EventCursor> parse_event_cursor(std::string_view text);

/// False if he may have missed something that is not kept any more, or the cursor is not of this
/// log: he has to begin anew.
bool can_resume(const EventCursor& cursor, const storage::LogBounds& bounds);

}  // namespace confab::actors
