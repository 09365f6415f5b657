#include "actors/dispatcher/dispatcher.hpp"

#include <utility>

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/guard.hpp"

namespace confab::actors {

namespace {

constexpr std::chrono::seconds kTick{1};

using Pointer = NotificationDispatcher::stateful_pointer<DispatcherHost>;

/// Clients come back for what may have been half told.
template <class Work>
void guard_streams(Pointer self, Work work) {
  guard(DispatcherHost::name, work, [&] { self->state.drop_streams(); });
}

template <class Request>
auto handle(Pointer self) {
  return [self](Request& request, Answer<typename Request::Reply>& answer) {
    guard_streams(self, [&] { self->state.receive(request, answer); });
  };
}

template <class News>
auto hear(Pointer self) {
  return [self](News& news) { guard_streams(self, [&] { self->state.receive(news); }); };
}

void tick(Pointer self) {
  guard_streams(self, [self] { self->state.tick(); });
  self->delayed_send(self, kTick,
                     Resume{std::make_shared<std::function<void()>>([self] { tick(self); })});
}

}  // namespace

NotificationDispatcher::behavior_type notification_dispatcher(Pointer self,
                                                              const DispatcherContext* context) {
  auto later = [self](std::chrono::milliseconds delay, std::function<void()> then) {
    self->delayed_send(self, delay,
                       Resume{std::make_shared<std::function<void()>>(std::move(then))});
  };
  self->state.start(context, caf::actor_cast<NotificationDispatcher>(self), later);
  tick(self);
  return {
      handle<OpenStream>(self),
      handle<ListEvents>(self),
      hear<StreamClosed>(self),
      hear<LogGrew>(self),
      hear<UserTyping>(self),
      hear<EndStreams>(self),
      [self](Resume& continuation) { guard_streams(self, *continuation.run); },
  };
}

}  // namespace confab::actors
