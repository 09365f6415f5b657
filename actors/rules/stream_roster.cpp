#include "actors/rules/stream_roster.hpp"

#include <algorithm>

#include "actors/rules/membership_timeline.hpp"

namespace confab::actors {

using storage::ConversationId;
using storage::Event;
using storage::EventKind;
using storage::UserId;

namespace {

/// Removes without keeping the order.
template <class T>
bool take_out(std::vector<T>& list, const T& item) {
  const auto found = std::find(list.begin(), list.end(), item);
  if (found == list.end()) return false;
  *found = list.back();
  list.pop_back();
  return true;
}

}  // namespace

void StreamRoster::join(UserId user, const std::vector<ConversationId>& conversations) {
  std::vector<ConversationId>& mine = conversations_[user];
  mine = conversations;
  mine.shrink_to_fit();
  for (const ConversationId conversation : mine) listeners_[conversation].push_back(user);
}

void StreamRoster::leave(UserId user) {
  const auto found = conversations_.find(user);
  if (found == conversations_.end()) return;
  for (const ConversationId conversation : found->second) drop_listener(user, conversation);
  conversations_.erase(found);
}

const std::vector<UserId>& StreamRoster::listeners(ConversationId conversation) const {
  static const std::vector<UserId> nobody;
  const auto found = listeners_.find(conversation);
  return found == listeners_.end() ? nobody : found->second;
}

std::vector<UserId> StreamRoster::advance(const Event& event,
                                          const storage::ConversationStart* start) {
  if (event.audience) return advance_for_one(event);
  if (event.kind == EventKind::participant_added) add(event.subject, event.conversation);
  if (start != nullptr) {
    for (const UserId user : first_participants(*start)) add(user, event.conversation);
  }
  std::vector<UserId> hearing = listeners(event.conversation);
  if (event.kind == EventKind::participant_removed) remove(event.subject, event.conversation);
  return hearing;
}

std::vector<UserId> StreamRoster::advance_for_one(const Event& event) {
  if (!has(event.audience)) return {};
  if (event.kind == EventKind::conversation_deleted) remove(event.audience, event.conversation);
  return {event.audience};
}

void StreamRoster::add(UserId user, ConversationId conversation) {
  const auto found = conversations_.find(user);
  if (found == conversations_.end()) return;
  std::vector<ConversationId>& mine = found->second;
  if (std::find(mine.begin(), mine.end(), conversation) != mine.end()) return;
  mine.push_back(conversation);
  listeners_[conversation].push_back(user);
}

void StreamRoster::remove(UserId user, ConversationId conversation) {
  const auto found = conversations_.find(user);
  if (found != conversations_.end() && take_out(found->second, conversation)) {
    drop_listener(user, conversation);
  }
}

void StreamRoster::drop_listener(UserId user, ConversationId conversation) {
  const auto found = listeners_.find(conversation);
  if (found == listeners_.end()) return;
  take_out(found->second, user);
  if (found->second.empty()) listeners_.erase(found);
}

}  // namespace confab::actors
