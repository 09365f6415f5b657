#include "actors/auth/authenticator.hpp"

#include <optional>
#include <utility>

#include <caf/actor_system.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "actors/auth/authenticator_host.hpp"
#include "actors/guard.hpp"

namespace confab::actors {

namespace {

struct AuthenticatorState {
  static inline const char* name = "authenticator";
  std::optional<AuthenticatorHost> host;
};

using Self = Authenticator::stateful_pointer<AuthenticatorState>;

template <class Request>
auto handle(Self self) {
  return [self](Request& request, Answer<typename Request::Reply>& answer) {
    guard(AuthenticatorState::name,
          [&] { self->state.host->serve(std::move(request), std::move(answer)); });
  };
}

Authenticator::behavior_type authenticator(Self self, const AuthenticatorContext& context) {
  self->state.host.emplace(context, self->system(), caf::actor_cast<Authenticator>(self));
  return {
      handle<RegisterUser>(self),
      handle<LogIn>(self),
      handle<StartSession>(self),
      handle<RefreshTokens>(self),
      handle<EndLoginOf>(self),
      handle<EndSession>(self),
      handle<VerifyToken>(self),
      handle<ChangePassword>(self),
      handle<SetPassword>(self),
      handle<OfferSetup>(self),
      handle<CreateFirstAdmin>(self),
      [](Resume& continuation) { guard(AuthenticatorState::name, *continuation.run); },
  };
}

}  // namespace

AuthenticatorSettings authenticator_settings(const config::Settings& settings) {
  AuthenticatorSettings ours;
  ours.access_lifetime = settings.access_token_lifetime;
  ours.refresh_lifetime = settings.refresh_token_lifetime;
  ours.hash_cost = {settings.argon2_memory_kib, settings.argon2_iterations};
  ours.throttle.enabled = settings.login_throttle;
  ours.throttle.failures_per_account = settings.login_failures_per_account;
  ours.throttle.failures_per_address = settings.login_failures_per_address;
  ours.throttle.account_window = config::kLoginFailuresPerAccountWindow;
  ours.throttle.address_window = config::kLoginFailuresPerAddressWindow;
  ours.hashing_threads = settings.auth_threads;
  ours.is_one_of_several = settings.is_clustered();
  return ours;
}

Authenticator spawn_authenticator(caf::actor_system& system, AuthenticatorContext context) {
  return system.spawn(authenticator, std::move(context));
}

}  // namespace confab::actors
