#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "actors/dispatcher/event_sink.hpp"
#include "actors/messages/common.hpp"

// What the notification dispatcher can be asked. It stays within the process.

namespace confab::actors {

/// For whom a stream is, and what ends it: the end of the login, or of the account as it was.
struct StreamOwner {
  UserId user;
  Uuid login;
  std::int64_t epoch = 0;  ///< the account's, when the stream was asked for
  Timestamp expires_at{};
};

/// A stream has begun. Whoever asked tells the dispatcher when its client is gone.
struct StreamOpened {
  std::uint64_t stream = 0;
};

/// Begins a stream of everything that the user may see. Answered before the first frame. Fails with
/// throttled (the user has too many; detail: seconds to wait) or overloaded (there are too many).
struct OpenStream {
  using Reply = StreamOpened;
  StreamOwner owner;
  std::optional<std::string> after;  ///< a cursor, as the client gave it; none: from now on
  std::shared_ptr<EventSink> sink;
};

/// Part of what a stream would have told.
struct EventPage {
  std::uint32_t count = 0;
  std::string items;   ///< events as JSON joined by commas
  std::string cursor;  ///< to go on from
  bool more = false;
};

/// The events after a cursor, as a list. An unknown cursor gives one reset. `wait`: for how long to
/// wait if there is nothing yet.
struct ListEvents {
  using Reply = EventPage;
  StreamOwner owner;
  std::optional<std::string> after;  ///< none: only the cursor to begin with
  std::uint32_t limit = 20;
  std::chrono::seconds wait{0};
};

}  // namespace confab::actors
