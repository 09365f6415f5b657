#pragma once

#include <unordered_set>

#include "actors/context.hpp"

namespace confab::actors {

/// Who of a message's participants is there. Knows no actors; not thread-safe.
class Audience {
 public:
  void arrived(UserId user) { present_.insert(user); }
  void departed(UserId user) { present_.erase(user); }

  /// Those who are to hear of the message: present, and not its sender. Costs as much as the
  /// smaller of both groups.
  std::vector<UserId> hearing(const MessagePosted& message) const;

 private:
  std::unordered_set<UserId> present_;
};

struct DispatcherState {
  static inline const char* name = "notification-dispatcher";
  Audience audience;
};

/// The notification dispatcher: hears of every message once it is durable and tells the actors of
/// those who are there. `users` must outlive it.
NotificationDispatcher::behavior_type notification_dispatcher(
    NotificationDispatcher::stateful_pointer<DispatcherState> self, UserDirectory* users);

}  // namespace confab::actors
