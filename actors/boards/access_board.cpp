#include "actors/boards/access_board.hpp"

#include <string>
#include <utility>

namespace confab::actors {

std::optional<AccountAccess> AccessBoard::account(UserId user) const {
  const Shard& part = shard(user);
  std::lock_guard lock(part.mutex);
  auto found = part.accounts.find(user);
  if (found == part.accounts.end() || found->second.gone) return std::nullopt;
  return found->second.access;
}

std::optional<LoginAccess> AccessBoard::login(const Uuid& login) const {
  const Shard& part = shard(login);
  std::lock_guard lock(part.mutex);
  auto found = part.logins.find(login);
  if (found == part.logins.end() || found->second.ended) return std::nullopt;
  return found->second.access;
}

bool AccessBoard::has_ended(const Uuid& login) const {
  const Shard& part = shard(login);
  std::lock_guard lock(part.mutex);
  auto found = part.logins.find(login);
  return found != part.logins.end() && found->second.ended;
}

bool AccessBoard::is_gone(UserId user) const {
  const Shard& part = shard(user);
  std::lock_guard lock(part.mutex);
  auto found = part.accounts.find(user);
  return found != part.accounts.end() && found->second.gone;
}

void AccessBoard::put(UserId user, AccountAccess access) {
  Shard& part = shard(user);
  std::lock_guard lock(part.mutex);
  AccountEntry& entry = part.accounts[user];
  // A slow read of the account must not undo a change that was made meanwhile.
  if (entry.gone || access.epoch < entry.access.epoch) return;
  entry.access = access;
}

void AccessBoard::put(const Uuid& login, LoginAccess access) {
  Shard& part = shard(login);
  std::lock_guard lock(part.mutex);
  LoginEntry& entry = part.logins[login];
  if (!entry.ended) entry.access = std::move(access);
}

void AccessBoard::end(const Uuid& login) {
  Shard& part = shard(login);
  std::lock_guard lock(part.mutex);
  part.logins[login].ended = true;
}

void AccessBoard::remove(UserId user) {
  Shard& part = shard(user);
  std::lock_guard lock(part.mutex);
  part.accounts[user].gone = true;
}

void AccessBoard::forget(UserId user) {
  Shard& part = shard(user);
  std::lock_guard lock(part.mutex);
  std::erase_if(part.accounts,
                [user](const auto& entry) { return entry.first == user && !entry.second.gone; });
}

void AccessBoard::forget_expired(Timestamp now) {
  for (Shard& part : shards_) {
    std::lock_guard lock(part.mutex);
    std::erase_if(part.logins,
                  [now](const auto& entry) { return entry.second.access.expires_at < now; });
  }
}

const AccessBoard::Shard& AccessBoard::shard(UserId user) const {
  return shards_[std::hash<UserId>{}(user) % kShards];
}

const AccessBoard::Shard& AccessBoard::shard(const Uuid& login) const {
  return shards_[std::hash<Uuid>{}(login) % kShards];
}

AccessBoard::Shard& AccessBoard::shard(UserId user) {
  return const_cast<Shard&>(std::as_const(*this).shard(user));
}

AccessBoard::Shard& AccessBoard::shard(const Uuid& login) {
  return const_cast<Shard&>(std::as_const(*this).shard(login));
}

}  // namespace confab::actors
