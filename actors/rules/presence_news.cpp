#include "actors/rules/presence_news.hpp"

namespace confab::actors {

using storage::UserId;

void PresenceNews::begin_with(const std::vector<UserId>& online) {
  told_online_ = {online.begin(), online.end()};
}

std::vector<PresenceChange> PresenceNews::pending(const std::vector<UserId>& online,
                                                  std::size_t most) const {
  std::vector<PresenceChange> changes;
  for (const UserId user : online) {
    if (changes.size() == most) return changes;
    if (!told_online_.contains(user)) changes.push_back({user, true});
  }
  const std::unordered_set<UserId> here(online.begin(), online.end());
  for (const UserId user : told_online_) {
    if (changes.size() == most) return changes;
    if (!here.contains(user)) changes.push_back({user, false});
  }
  return changes;
}

void PresenceNews::told(const PresenceChange& change) {
  if (change.is_online) {
    told_online_.insert(change.user);
  } else {
    told_online_.erase(change.user);
  }
}

}  // namespace confab::actors
