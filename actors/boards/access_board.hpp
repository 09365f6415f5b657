#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "actors/messages/common.hpp"

namespace confab::actors {

/// What decides whether a token or session of this account still counts.
struct AccountAccess {
  Role role = Role::guest;
  bool is_active = true;
  std::int64_t epoch = 0;
};

/// What decides whether one login is still good.
struct LoginAccess {
  UserId user;
  std::int64_t epoch = 0;
  Timestamp expires_at{};
  std::string csrf_token;
};

/// Who may still come in: the newest known state of accounts and logins, asked on every request.
/// Thread-safe. Holds what has been put in since the start; a miss means "ask the database", never
/// "no". Whoever changes an account or ends a login tells the board before it answers its caller.
class AccessBoard {
 public:
  /// Empty: unknown here.
  std::optional<AccountAccess> account(UserId user) const;
  std::optional<LoginAccess> login(const Uuid& login) const;

  /// True if the login has been ended here: no database needs to be asked.
  bool has_ended(const Uuid& login) const;

  /// True if the account is known to be gone.
  bool is_gone(UserId user) const;

  void put(UserId user, AccountAccess access);
  void put(const Uuid& login, LoginAccess access);
  void end(const Uuid& login);
  void remove(UserId user);  ///< the account is gone
  void forget(UserId user);  ///< it may have changed: ask the database

  /// Forgets logins that have expired, and ended ones that would have.
  void forget_expired(Timestamp now);

 private:
  static constexpr std::size_t kShards = 16;
  struct LoginEntry {
    LoginAccess access;
    bool ended = false;
  };
  struct AccountEntry {
    AccountAccess access;
    bool gone = false;
  };
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<UserId, AccountEntry> accounts;
    std::unordered_map<Uuid, LoginEntry> logins;
  };

  const Shard& shard(UserId user) const;
  const Shard& shard(const Uuid& login) const;
  Shard& shard(UserId user);
  Shard& shard(const Uuid& login);

  std::array<Shard, kShards> shards_;
};

}  // namespace confab::actors
