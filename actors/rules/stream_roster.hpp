#pragma once

#include <unordered_map>
#include <vector>

#include "storage/store.hpp"

namespace confab::actors {

/// Which of the users who listen are in which conversations, as of one place in the log, and hence
/// who hears of the next event. Knows no actors; not thread-safe.
class StreamRoster {
 public:
  /// The user listens from here on. Precondition: he does not yet.
  void join(storage::UserId user, const std::vector<storage::ConversationId>& conversations);
  void leave(storage::UserId user);

  bool has(storage::UserId user) const { return conversations_.contains(user); }
  bool empty() const { return conversations_.empty(); }

  /// Those who listen and are in the conversation, in no particular order.
  const std::vector<storage::UserId>& listeners(storage::ConversationId conversation) const;
  /// Precondition: the user listens.
  const std::vector<storage::ConversationId>& conversations(storage::UserId user) const {
    return conversations_.at(user);
  }

  /// Takes the log's next event: gives those who hear of it, and lets it take effect. `start`: of a
  /// conversation_created.
  std::vector<storage::UserId> advance(const storage::Event& event,
                                       const storage::ConversationStart* start);

 private:
  void add(storage::UserId user, storage::ConversationId conversation);
  void remove(storage::UserId user, storage::ConversationId conversation);
  void drop_listener(storage::UserId user, storage::ConversationId conversation);
  std::vector<storage::UserId> advance_for_one(const storage::Event& event);

  std::unordered_map<storage::UserId, std::vector<storage::ConversationId>> conversations_;
  std::unordered_map<storage::ConversationId, std::vector<storage::UserId>> listeners_;
};

}  // namespace confab::actors
