#include "actors/dispatcher/dispatcher.hpp"

#include <algorithm>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace confab::actors {

std::vector<UserId> Audience::hearing(const MessagePosted& message) const {
  std::vector<UserId> hearing;
  const std::vector<UserId>& participants = *message.participants;
  if (present_.size() < participants.size()) {
    for (UserId user : present_) {
      bool takes_part = std::binary_search(participants.begin(), participants.end(), user);
      if (takes_part && user != message.sender) hearing.push_back(user);
    }
  } else {
    for (UserId user : participants) {
      if (user != message.sender && present_.contains(user)) hearing.push_back(user);
    }
  }
  return hearing;
}

NotificationDispatcher::behavior_type notification_dispatcher(
    NotificationDispatcher::stateful_pointer<DispatcherState> self, UserDirectory* users) {
  return {
      [self, users](const MessagePosted& message) {
        for (UserId user : self->state.audience.hearing(message)) {
          users->tell_if_awake(
              user, NotificationArrived{message.conversation, message.message, message.seq,
                                        message.parent_sender == user});
        }
      },
      [self](const UserArrived& news) { self->state.audience.arrived(news.user); },
      [self](const UserDeparted& news) { self->state.audience.departed(news.user); },
  };
}

}  // namespace confab::actors
