#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace confab::storage {

/// An integer that means one kind of thing and cannot be mistaken for another.
/// Zero is never given out: a default-constructed id names nothing.
template <class Tag, class Rep>
struct StrongId {
  Rep value{};

  explicit operator bool() const { return value != Rep{}; }
  // clang-tidy takes the 0 within a defaulted comparison for a null pointer.
  friend auto operator<=>(const StrongId&,
                          const StrongId&) = default;  // NOLINT(modernize-use-nullptr)
};

/// A user's small integer id, as the database gave it out.
using UserId = StrongId<struct UserTag, std::int64_t>;

/// A conversation's small integer id, as the database gave it out.
using ConversationId = StrongId<struct ConversationTag, std::int64_t>;

/// A message's place in its conversation: 1, 2, 3 … without gaps, never reused.
using Seq = StrongId<struct SeqTag, std::uint32_t>;

/// An event's place in the log of events. The order of places is the order in which streams tell
/// events, and what was written after another change was acknowledged has a greater place.
struct EventPlace {
  std::int64_t transaction = 0;  ///< always 0 where one writer gives out the positions
  std::int64_t position = 0;

  // clang-tidy takes the 0 within a defaulted comparison for a null pointer.
  friend auto operator<=>(const EventPlace&,
                          const EventPlace&) = default;  // NOLINT(modernize-use-nullptr)
};

}  // namespace confab::storage

template <class Tag, class Rep>
struct std::hash<confab::storage::StrongId<Tag, Rep>> {
  std::size_t operator()(confab::storage::StrongId<Tag, Rep> id) const noexcept {
    return std::hash<Rep>{}(id.value);
  }
};
