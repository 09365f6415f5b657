#include "actors/auth/authenticator_host.hpp"

#include <utility>

namespace confab::actors {

namespace {

FailureWindow::Bounds change_bounds(const LoginThrottle::Limits& limits) {
  return {.limit = limits.enabled ? limits.failures_per_account : 0,
          .window = limits.account_window};
}

}  // namespace

AuthenticatorHost::AuthenticatorHost(AuthenticatorContext context, caf::actor_system& system,
                                     Authenticator self)
    : context_(std::move(context)),
      self_(std::move(self)),
      hasher_(std::make_shared<const PasswordHasher>(context_.settings.hash_cost)),
      pool_(system, self_, context_.settings.hashing_threads, context_.settings.most_waiting),
      throttle_(context_.settings.throttle),
      change_throttle_(change_bounds(context_.settings.throttle)),
      setup_throttle_(change_bounds(context_.settings.throttle)),
      running_keys_(std::make_shared<RunningKeys>()) {}

void AuthenticatorHost::commit(storage::Change change, OnError failed,
                               std::function<void(const storage::Committed&)> then) {
  auto split_up = split<storage::Committed>(std::move(failed), std::move(then));
  context_.persistence.commit(std::move(change),
                              resume<storage::Committed>(self_, std::move(split_up)));
}

}  // namespace confab::actors
