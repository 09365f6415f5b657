#pragma once

#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "storage/store.hpp"

namespace confab::actors {

/// Which conversations one user was in at which place of the log, told from those that he is in now
/// and how he joined and left since: whoever leaves was in before, whoever joins was not. Good for
/// the places that the turns begin after. A plain value.
class MembershipTimeline {
 public:
  /// `turns`: participant_added and participant_removed about him, oldest first.
  MembershipTimeline(const std::vector<storage::ConversationId>& now,
                     const std::vector<storage::Event>& turns);

  bool was_in(storage::ConversationId conversation, const storage::EventPlace& at) const;

  /// All that he was in.
  std::vector<storage::ConversationId> at(const storage::EventPlace& place) const;

 private:
  struct Turn {
    storage::EventPlace place;
    bool joins = false;
  };

  std::unordered_set<storage::ConversationId> now_;
  std::unordered_map<storage::ConversationId, std::vector<Turn>> turns_;
};

/// Who was in a conversation when it began.
std::vector<storage::UserId> first_participants(const storage::ConversationStart& start);

}  // namespace confab::actors
