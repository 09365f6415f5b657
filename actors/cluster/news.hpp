#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/messages/internal.hpp"

// What nodes tell each other unasked. Any of it may be lost, so that nothing rests on it: it makes
// sooner what would be found out anyway, or is true for a moment only. Frozen like the envelope; a
// node leaves alone what it does not know.

namespace confab::actors::cluster {

/// A commit has left events in the log.
struct LogHasGrown {};

/// What every node looks at now and then has changed: there are notices to read, or shards to take.
struct LookAgain {};

/// Who is with the node that says it.
struct Attendance {
  std::vector<UserId> online;
  std::uint64_t streams = 0;
  bool listens = false;  ///< it wants to hear of the log, and of who is typing

  friend bool operator==(const Attendance&, const Attendance&) = default;
};

using News = std::variant<LogHasGrown, LookAgain, UserTyping, Attendance>;

std::string encode(const News& news);
std::optional<News> decode_news(std::string_view bytes);

}  // namespace confab::actors::cluster
