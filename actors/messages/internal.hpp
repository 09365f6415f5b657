#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "actors/messages/common.hpp"
#include "storage/store.hpp"

// What the node's own actors tell each other; it never leaves the process.

namespace confab::actors {

/// Asks an actor that has been idle to go to rest, if it still is.
struct Rest {};

/// Asks the writer to commit a change; `done` runs on its thread after COMMIT.
struct StoreChange {
  storage::Change change;
  storage::Fences fences;
  std::function<void(storage::Result<storage::Committed>)> done;
};

/// Asks a reader to run a query.
struct RunQuery {
  std::function<void(storage::Result<storage::Reader*>)> run;
};

/// Tells the dispatcher that a reader has finished and takes the next query.
struct WorkDone {
  std::size_t worker = 0;
};

/// Rings the dispatcher: the log of events has grown.
struct LogGrew {};

/// Tells the dispatcher that a stream's client is gone.
struct StreamClosed {
  std::uint64_t stream = 0;
};

/// Tells the dispatcher to end all streams and to begin no more.
struct EndStreams {};

/// Tells the dispatcher that somebody is typing.
struct UserTyping {
  ConversationId conversation;
  Uuid conversation_uuid;
  UserId user;
  std::string person;  ///< JSON
};

}  // namespace confab::actors
