#include "actors/rules/event_cursor.hpp"

#include <array>
#include <charconv>
#include <concepts>
#include <utility>

namespace confab::actors {

namespace {

constexpr int kBase = 36;
constexpr char kSeparator = '-';

void append_number(std::string& out, std::int64_t number) {
  std::array<char, 16> digits{};
  out.append(digits.data(),
             std::to_chars(digits.data(), digits.data() + digits.size(), number, kBase).ptr);
}

/// Takes one number and what separates it from the next. Negative ones are never given out.
template <std::integral Number>
bool take_number(std::string_view& text, Number& number) {
  if (text.empty() || text.front() == kSeparator) return false;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, kBase);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.empty()) return true;
  const bool goes_on = text.front() == kSeparator && text.size() > 1;
  text.remove_prefix(1);
  return goes_on;
}

}  // namespace

storage::EventPlace EventCursor::read_after() const {
  if (part == kWhole) return place;
  return {place.transaction, place.position - 1};
}

bool EventCursor::is_before(const storage::EventPlace& event, std::uint8_t event_part) const {
  return std::pair(place, part) < std::pair(event, event_part);
}

std::string to_string(const EventCursor& cursor) {
  std::string text;
  append_number(text, cursor.generation);
  text += kSeparator;
  append_number(text, cursor.place.transaction);
  text += kSeparator;
  append_number(text, cursor.place.position);
  if (cursor.part != EventCursor::kWhole) {
    text += kSeparator;
    append_number(text, cursor.part);
  }
  return text;
}

std::optional<EventCursor> parse_event_cursor(std::string_view text) {
  constexpr std::size_t kLongest = 50;
  if (text.size() > kLongest) return std::nullopt;
  EventCursor cursor;
  std::string_view rest = text;
  if (!take_number(rest, cursor.generation) || rest.empty() ||
      !take_number(rest, cursor.place.transaction) || rest.empty() ||
      !take_number(rest, cursor.place.position)) {
    return std::nullopt;
  }
  if (!rest.empty() && !take_number(rest, cursor.part)) return std::nullopt;
  // Each cursor has one form: capitals, leading zeros and the like are nobody's.
  if (to_string(cursor) != text) return std::nullopt;
  return cursor;
}

bool can_resume(const EventCursor& cursor, const storage::LogBounds& bounds) {
  return cursor.generation == bounds.generation && cursor.place >= bounds.begin &&
         cursor.place <= bounds.horizon;
}

}  // namespace confab::actors
