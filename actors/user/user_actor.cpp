#include "actors/user/user_actor.hpp"

#include <utility>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/guard.hpp"

namespace confab::actors {

namespace {

/// What may be half done is read again.
template <class Work>
void guard_memory(UserActor::stateful_pointer<UserHost> self, Work work) {
  guard(UserHost::name, work, [&] { self->state.drop_memory(); });
}

template <class Request>
auto handle(UserActor::stateful_pointer<UserHost> self) {
  return [self](Request& request, Answer<typename Request::Reply>& answer) {
    self->state.taken();
    guard_memory(self, [&] { self->state.receive(std::move(request), std::move(answer)); });
  };
}

}  // namespace

UserActor::behavior_type user_actor(UserActor::stateful_pointer<UserHost> self, UserId id,
                                    const Context* context, storage::Fence fence) {
  self->state.start(id, context, fence, caf::actor_cast<UserActor>(self));
  return {
      handle<ShowUser>(self),
      handle<ChangeUser>(self),
      handle<DeleteAccount>(self),
      handle<CreateConversation>(self),
      handle<ListConversations>(self),
      handle<ListUnread>(self),
      handle<ListNotifications>(self),
      handle<SearchMessages>(self),
      handle<MarkRead>(self),
      handle<DismissAll>(self),
      handle<OpenNotification>(self),
      handle<ClaimRetryKey>(self),
      handle<ReleaseRetryKey>(self),
      handle<MembershipChanged>(self),
      [self](Resume& continuation) { guard_memory(self, *continuation.run); },
      [self](Rest&) {
        if (self->state.may_rest()) self->quit();
      },
  };
}

}  // namespace confab::actors
