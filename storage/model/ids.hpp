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

/// An event's place in the log of events; grows in commit order.
using EventPosition = StrongId<struct EventPositionTag, std::int64_t>;

}  // namespace confab::storage

template <class Tag, class Rep>
struct std::hash<confab::storage::StrongId<Tag, Rep>> {
  std::size_t operator()(confab::storage::StrongId<Tag, Rep> id) const noexcept {
    return std::hash<Rep>{}(id.value);
  }
};
