#pragma once

#include <array>
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
  void ask(Key key, Request request, Answer<typename Request::Reply> answer) {
    Shard& part = shard(key);
    std::lock_guard lock(part.mutex);
    caf::anon_send(entry(part, key).handle, std::move(request), std::move(answer));
  }

  /// The same, but only if the actor is awake: one that sleeps reads the news when it wakes.
  template <class Request>
  void tell_if_awake(Key key, Request request) {
    Shard& part = shard(key);
    std::lock_guard lock(part.mutex);
    auto found = part.actors.find(key);
    if (found == part.actors.end()) return;
    ++found->second.messages;
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

  /// Asks actors to rest that have had nothing to do since `idle_since`, and beyond those the
  /// idlest while more than `max_awake` are awake.
  void send_to_rest(Clock::time_point idle_since, std::size_t max_awake) {
    for (Shard& part : shards_) {
      std::lock_guard lock(part.mutex);
      std::size_t surplus = surplus_of(part, max_awake);
      for (auto& [key, item] : part.actors) {
        if (item.last_used >= idle_since && surplus == 0) continue;
        if (surplus > 0) --surplus;
        item.messages_at_rest = item.messages;
        caf::anon_send(item.handle, Rest{});
      }
    }
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
  };

  Shard& shard(Key key) { return shards_[std::hash<Key>{}(key) % kShards]; }

  Entry& entry(Shard& part, Key key) {
    Entry& item = part.actors[key];
    if (!item.handle) item.handle = spawn_(key);
    item.last_used = Clock::now();
    ++item.messages;
    return item;
  }

  static std::size_t surplus_of(const Shard& part, std::size_t max_awake) {
    std::size_t allowed = max_awake / kShards;
    return part.actors.size() > allowed ? part.actors.size() - allowed : 0;
  }

  Spawn spawn_;
  std::array<Shard, kShards> shards_;
};

using ConversationDirectory = Directory<ConversationId, ConversationActor>;
using UserDirectory = Directory<UserId, UserActor>;

}  // namespace confab::actors
