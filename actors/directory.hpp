#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include "actors/interfaces.hpp"

namespace confab::actors {

/// Finds the actor of a key, wherever it is, and wakes it if it sleeps. Callers name the key and
/// never hold a handle, so that going to rest (and moving between nodes) stays invisible to them.
///
/// Thread-safe. Messages to one key arrive in the order of the calls: they are enqueued under the
/// shard's lock, which is also why an actor that retires cannot lose one.
template <class Key, class Handle>
class Directory {
 public:
  using Clock = std::chrono::steady_clock;
  using Spawn = std::function<Handle(Key)>;

  explicit Directory(Spawn spawn) : spawn_(std::move(spawn)) {}

  /// Sends a request to the actor of `key`.
  template <class Request>
  void ask(Key key, Request request, const Answer<typename Request::Reply>& answer) {
    Shard& part = shard(key);
    std::lock_guard lock(part.mutex);
    // What comes after the end is refused by its Answer, once the caller has let go of the lock.
    if (part.stopped) return;
    caf::anon_send(entry(part, key).handle, std::move(request), answer);
  }

  /// The same, but only if the actor is awake: one that sleeps reads the news when it wakes.
  template <class Request>
  void tell_if_awake(Key key, Request request) {
    Shard& part = shard(key);
    std::lock_guard lock(part.mutex);
    auto found = part.actors.find(key);
    if (found == part.actors.end()) return;
    ++found->second.messages;
    ++part.sent;
    caf::anon_send(found->second.handle, std::move(request), Answer<typename Request::Reply>());
  }

  /// Called by the actor itself when it has nothing to do. True: it has been forgotten and must
  /// quit; false: something has been sent to it since it was asked to rest.
  bool retire(Key key) {
    Shard& part = shard(key);
    std::lock_guard lock(part.mutex);
    auto found = part.actors.find(key);
    if (found == part.actors.end()) return true;
    if (found->second.messages != found->second.messages_at_rest) return false;
    part.actors.erase(found);
    return true;
  }

  /// Asks actors to rest that have had nothing to do since `idle_since`; while more than
  /// `max_awake` are awake, those used longest ago as well.
  void send_to_rest(Clock::time_point idle_since, std::size_t max_awake) {
    for (Shard& part : shards_) {
      std::lock_guard lock(part.mutex);
      Clock::time_point limit = std::max(idle_since, oldest_to_keep(part, max_awake / kShards));
      for (auto& [key, item] : part.actors) {
        if (item.last_used >= limit) continue;
        item.messages_at_rest = item.messages;
        caf::anon_send(item.handle, Rest{});
      }
    }
  }

  /// Called by an actor for every message that it takes out of its mailbox.
  void taken() { taken_.fetch_add(1, std::memory_order_relaxed); }

  /// Messages that wait in mailboxes at this moment, roughly.
  std::int64_t waiting() const {
    std::int64_t sent = 0;
    for (const Shard& part : shards_) {
      std::lock_guard lock(part.mutex);
      sent += part.sent;
    }
    return std::max<std::int64_t>(0, sent - taken_.load(std::memory_order_relaxed));
  }

  std::size_t awake() const {
    std::size_t count = 0;
    for (const Shard& part : shards_) {
      std::lock_guard lock(part.mutex);
      count += part.actors.size();
    }
    return count;
  }

  /// Ends all actors; requests that reach them afterwards are answered by their Answers.
  void stop() {
    for (Shard& part : shards_) {
      std::lock_guard lock(part.mutex);
      for (auto& [key, item] : part.actors) {
        caf::anon_send_exit(item.handle, caf::exit_reason::user_shutdown);
      }
      part.actors.clear();
      part.stopped = true;
    }
  }

 private:
  static constexpr std::size_t kShards = 64;

  struct Entry {
    Handle handle;
    Clock::time_point last_used;
    std::uint64_t messages = 0;
    std::uint64_t messages_at_rest = 0;
  };
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<Key, Entry> actors;
    std::int64_t sent = 0;
    bool stopped = false;
  };

  Shard& shard(Key key) { return shards_[std::hash<Key>{}(key) % kShards]; }

  Entry& entry(Shard& part, Key key) {
    Entry& item = part.actors[key];
    if (!item.handle) item.handle = spawn_(key);
    item.last_used = Clock::now();
    ++item.messages;
    ++part.sent;
    return item;
  }

  /// The moment before which an actor of a crowded shard was used too long ago to stay.
  static Clock::time_point oldest_to_keep(const Shard& part, std::size_t allowed) {
    if (part.actors.size() <= allowed) return Clock::time_point::min();
    std::vector<Clock::time_point> used;
    used.reserve(part.actors.size());
    for (const auto& [key, item] : part.actors) used.push_back(item.last_used);
    auto first_kept = used.begin() + static_cast<std::ptrdiff_t>(used.size() - allowed);
    if (first_kept == used.end()) return Clock::time_point::max();
    std::nth_element(used.begin(), first_kept, used.end());
    return *first_kept;
  }

  Spawn spawn_;
  std::array<Shard, kShards> shards_;
  std::atomic<std::int64_t> taken_{0};
};

using ConversationDirectory = Directory<ConversationId, ConversationActor>;
using UserDirectory = Directory<UserId, UserActor>;

}  // namespace confab::actors
