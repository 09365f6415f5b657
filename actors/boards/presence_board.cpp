#include "actors/boards/presence_board.hpp"

#include <algorithm>
#include <utility>

namespace confab::actors {

bool PresenceBoard::touch(storage::UserId user, storage::Timestamp now) {
  Shard& part = shard(user);
  std::lock_guard lock(part.mutex);
  Entry& entry = part.users[user];
  entry.last_active = now;
  if (entry.stored + kActiveFor > now) return false;
  entry.stored = now;
  return true;
}

void PresenceBoard::stream_opened(storage::UserId user) {
  Shard& part = shard(user);
  std::lock_guard lock(part.mutex);
  ++part.users[user].streams;
}

bool PresenceBoard::stream_closed(storage::UserId user, storage::Timestamp now) {
  {
    Shard& part = shard(user);
    std::lock_guard lock(part.mutex);
    auto found = part.users.find(user);
    if (found == part.users.end() || found->second.streams == 0) return false;
    --found->second.streams;
  }
  return touch(user, now);
}

bool PresenceBoard::is_online(storage::UserId user, storage::Timestamp now) const {
  {
    const Shard& part = shard(user);
    std::lock_guard lock(part.mutex);
    auto found = part.users.find(user);
    if (found != part.users.end() && is_present(found->second, now)) return true;
  }
  return has_others_ && is_elsewhere(user);
}

bool PresenceBoard::is_elsewhere(storage::UserId user) const {
  std::shared_lock lock(others_mutex_);
  return std::any_of(others_.begin(), others_.end(),
                     [user](const auto& node) { return node.second.online.contains(user); });
}

std::optional<storage::Timestamp> PresenceBoard::last_seen(storage::UserId user) const {
  const Shard& part = shard(user);
  std::lock_guard lock(part.mutex);
  auto found = part.users.find(user);
  if (found == part.users.end() || found->second.last_active == storage::Timestamp{}) {
    return std::nullopt;
  }
  return found->second.last_active;
}

std::vector<storage::UserId> PresenceBoard::online(storage::Timestamp now) const {
  std::vector<storage::UserId> here = online_here(now);
  if (!has_others_) return here;
  std::unordered_set<storage::UserId> everybody(here.begin(), here.end());
  std::shared_lock lock(others_mutex_);
  for (const auto& [node, others] : others_) {
    everybody.insert(others.online.begin(), others.online.end());
  }
  return {everybody.begin(), everybody.end()};
}

std::vector<storage::UserId> PresenceBoard::online_here(storage::Timestamp now) const {
  std::vector<storage::UserId> present;
  for (const Shard& part : shards_) {
    std::lock_guard lock(part.mutex);
    for (const auto& [user, entry] : part.users) {
      if (is_present(entry, now)) present.push_back(user);
    }
  }
  return present;
}

std::size_t PresenceBoard::streams() const {
  std::size_t open = streams_here();
  std::shared_lock lock(others_mutex_);
  for (const auto& [node, others] : others_) open += others.streams;
  return open;
}

void PresenceBoard::put_others(storage::NodeId node, const std::vector<storage::UserId>& online,
                               std::size_t streams) {
  Others said{{online.begin(), online.end()}, streams};
  std::unique_lock lock(others_mutex_);
  others_[node] = std::move(said);
  has_others_ = true;
}

void PresenceBoard::forget_others(storage::NodeId node) {
  std::unique_lock lock(others_mutex_);
  others_.erase(node);
}

std::size_t PresenceBoard::streams_here() const {
  std::size_t open = 0;
  for (const Shard& part : shards_) {
    std::lock_guard lock(part.mutex);
    for (const auto& [user, entry] : part.users) open += static_cast<std::size_t>(entry.streams);
  }
  return open;
}

void PresenceBoard::remove(storage::UserId user) {
  Shard& part = shard(user);
  std::lock_guard lock(part.mutex);
  part.users.erase(user);
}

void PresenceBoard::forget_absent(storage::Timestamp now) {
  for (Shard& part : shards_) {
    std::lock_guard lock(part.mutex);
    std::erase_if(part.users, [now](const auto& item) {
      return item.second.streams == 0 && item.second.last_active + 10 * kActiveFor < now;
    });
  }
}

}  // namespace confab::actors
