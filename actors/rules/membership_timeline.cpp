#include "actors/rules/membership_timeline.hpp"

namespace confab::actors {

using storage::ConversationId;
using storage::Event;
using storage::EventKind;
using storage::EventPlace;
using storage::UserId;

MembershipTimeline::MembershipTimeline(const std::vector<ConversationId>& now,
                                       const std::vector<Event>& turns)
    : now_(now.begin(), now.end()) {
  for (const Event& turn : turns) {
    turns_[turn.conversation].push_back({turn.place, turn.kind == EventKind::participant_added});
  }
}

bool MembershipTimeline::was_in(ConversationId conversation, const EventPlace& at) const {
  const auto found = turns_.find(conversation);
  if (found != turns_.end()) {
    for (const Turn& turn : found->second) {
      if (turn.place > at) return !turn.joins;
    }
  }
  return now_.contains(conversation);
}

std::vector<ConversationId> MembershipTimeline::at(const EventPlace& place) const {
  std::vector<ConversationId> conversations;
  for (const ConversationId conversation : now_) {
    if (was_in(conversation, place)) conversations.push_back(conversation);
  }
  for (const auto& [conversation, turns] : turns_) {
    if (!now_.contains(conversation) && was_in(conversation, place)) {
      conversations.push_back(conversation);
    }
  }
  return conversations;
}

std::vector<UserId> first_participants(const storage::ConversationStart& start) {
  std::unordered_set<UserId> known;
  std::vector<UserId> first;
  for (const Event& turn : start.turns) {
    const bool is_first_turn = known.insert(turn.subject).second;
    if (is_first_turn && turn.kind == EventKind::participant_removed) first.push_back(turn.subject);
  }
  for (const UserId user : start.participants) {
    if (!known.contains(user)) first.push_back(user);
  }
  return first;
}

}  // namespace confab::actors
