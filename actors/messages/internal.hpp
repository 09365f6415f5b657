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
  storage::Fence fence;
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

/// Tells the dispatcher that a message is there, for everybody who took part when it was posted.
struct MessagePosted {
  ConversationId conversation;
  MessageId message;
  Seq seq;
  UserId sender;
  UserId parent_sender;                                     ///< none: no reply
  std::shared_ptr<const std::vector<UserId>> participants;  ///< by id
};

/// Tells the dispatcher that a user is there: from now on he hears of what arrives for him.
struct UserArrived {
  UserId user;
};

/// Tells the dispatcher that a user is not there any more.
struct UserDeparted {
  UserId user;
};

}  // namespace confab::actors
