#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

#include "actors/auth/jwt.hpp"
#include "actors/auth/password_hash.hpp"
#include "actors/auth/throttle.hpp"
#include "actors/boards/access_board.hpp"
#include "actors/interfaces.hpp"
#include "actors/persistence/persistence.hpp"
#include "config/settings.hpp"

namespace caf {
class actor_system;
}

namespace confab::actors {

struct AuthenticatorSettings {
  std::chrono::seconds access_lifetime{std::chrono::hours{1}};
  std::chrono::seconds refresh_lifetime{std::chrono::hours{24}};
  std::chrono::seconds session_lifetime{std::chrono::days{14}};
  /// For so long a refresh token that was just used may be sent again, in case its answer was lost.
  std::chrono::seconds repeat_grace{10};
  HashCost hash_cost;
  LoginThrottle::Limits throttle;
  std::size_t hashing_threads = 1;
  std::size_t most_waiting = 256;  ///< requests that may wait for those threads; more: overloaded
  bool is_one_of_several = false;  ///< other nodes must accept the links that this one offers
};

AuthenticatorSettings authenticator_settings(const config::Settings& settings);

/// What the authenticator stands on. What is referred to must outlive it. The functions are called
/// from its own and from storage threads and must not block.
struct AuthenticatorContext {
  AuthenticatorSettings settings;
  Persistence& persistence;
  AccessBoard& access;
  const TokenSigner& tokens;

  /// A new account as its owner sees it, JSON.
  std::function<std::string(const storage::User&)> render_user;

  /// Stores a new password for the user and ends all his logins.
  std::function<void(const Caller&, UserId, std::string hash, std::function<void(Result<Done>)>)>
      change_password;

  /// Stores a costlier hash of the same password and ends nothing, provided that the hash stored is
  /// still `replaced`. May be empty: old hashes stay then.
  std::function<void(UserId, std::string replaced, std::string hash)> renew_hash;

  std::function<Timestamp()> clock = storage::now;
};

/// Starts the authenticator: registration, logins, tokens. Passwords are hashed by a pool of its
/// own; everything else goes on meanwhile. Requests that arrive when the pool's queue is full are
/// answered with `overloaded`.
///
/// It lives until it is sent an exit message; requests under way are then answered `overloaded`.
Authenticator spawn_authenticator(caf::actor_system& system, AuthenticatorContext context);

}  // namespace confab::actors
