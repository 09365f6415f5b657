#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <iterator>
#include <mutex>
#include <unordered_map>
#include <utility>
#include <vector>

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include "actors/cluster/placement.hpp"
#include "actors/cluster/requests.hpp"
#include "actors/interfaces.hpp"
#include "actors/router.hpp"

namespace confab::actors {

/// Finds the actor of a key, wherever it is, and wakes it if it sleeps. Callers name the key and
/// never hold a handle, so that going to rest (and moving between nodes) stays invisible to them.
///
/// In a cluster a key belongs to a shard, and its actor lives on the node that owns that: requests
/// for others are forwarded there. An answer from memory is given out only if the node may still
/// give it.
///
/// Thread-safe. Messages to one key arrive in the order of the calls: they are enqueued under the
/// shard's lock, which is also why an actor that retires cannot lose one.
template <class Key, class Handle>
class Directory {
 public:
  using Clock = std::chrono::steady_clock;
  using Spawn = std::function<Handle(Key, storage::Fence)>;

  explicit Directory(Spawn spawn) : spawn_(std::move(spawn)) {}

  /// From now on this node is one of several. Before the first request.
  void join(Router* router) { router_ = router; }

  /// Sends a request to the actor of `key`.
  template <class Request>
  void ask(Key key, Request request, const Answer<typename Request::Reply>& answer) {
    if (router_ != nullptr) return ask_owner(key, std::move(request), answer);
    ask_here(key, {}, std::move(request), answer);
  }

  /// The same on a node of a cluster that owns the key's shard. Fails with shard_lost if nothing
  /// was done because it turned out to do so no longer.
  template <class Request>
  void ask_as_owner(Key key, storage::Fence fence, Request request,
                    Answer<typename Request::Reply> answer) {
    using Reply = typename Request::Reply;
    Answer<Reply> checked([router = router_, fence, answer](Result<Reply> result) {
      const bool is_lost = result.has_error() && result.error().code == ErrorCode::shard_lost;
      const bool may_be_stale = !is_lost && !router->holds(fence);
      answer.deliver(may_be_stale ? fail(ErrorCode::overloaded) : std::move(result));
    });
    ask_here(key, fence, std::move(request), checked);
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

  /// Asks the actors of a shard of the cluster to rest as soon as they can; how many are left.
  std::size_t send_to_rest(storage::ShardIndex of) {
    std::size_t left = 0;
    each_of(of, [&](Entry& item) {
      item.messages_at_rest = item.messages;
      caf::anon_send(item.handle, Rest{});
      ++left;
      return false;
    });
    return left;
  }

  /// Ends the actors of a shard of the cluster at once; their memory must not be believed any more.
  void drop(storage::ShardIndex of) {
    each_of(of, [](Entry& item) {
      caf::anon_send_exit(item.handle, caf::exit_reason::kill);
      return true;
    });
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
    storage::Fence fence;
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

  template <class Request>
  void ask_here(Key key, storage::Fence fence, Request request,
                const Answer<typename Request::Reply>& answer) {
    Shard& part = shard(key);
    std::lock_guard lock(part.mutex);
    // What comes after the end is refused by its Answer, once the caller has let go of the lock.
    if (part.stopped) return;
    // Meant for an ownership that is over: the actor of the present one must not go for it.
    const auto known = part.actors.find(key);
    if (known != part.actors.end() && known->second.fence.epoch > fence.epoch) return;
    caf::anon_send(entry(part, key, fence).handle, std::move(request), answer);
  }

  template <class Request>
  void ask_owner(Key key, Request request, const Answer<typename Request::Reply>& answer) {
    using Reply = typename Request::Reply;
    const auto fence = router_->serving(cluster::shard_of(key));
    if (!fence) return cluster::forward(*router_, key, request, answer);
    Answer<Reply> retried([this, key, fence = *fence, request, answer](Result<Reply> result) {
      const ErrorCode error = result.has_error() ? result.error().code : ErrorCode{};
      // Its actor may have ended with the ownership.
      const bool cut_off = result.has_error() && error == ErrorCode::overloaded &&
                           !router_->holds(fence) && cluster::may_repeat(request);
      const bool is_lost = cut_off || (result.has_error() && error == ErrorCode::shard_lost);
      if (is_lost) return cluster::forward(*router_, key, request, answer);
      answer.deliver(std::move(result));
    });
    ask_as_owner(key, *fence, std::move(request), std::move(retried));
  }

  /// Calls what(entry) for each actor of a shard of the cluster; true: it is forgotten.
  template <class F>
  void each_of(storage::ShardIndex of, F what) {
    for (Shard& part : shards_) {
      std::lock_guard lock(part.mutex);
      for (auto it = part.actors.begin(); it != part.actors.end();) {
        const bool forget = cluster::shard_of(it->first) == of && what(it->second);
        it = forget ? part.actors.erase(it) : std::next(it);
      }
    }
  }

  Entry& entry(Shard& part, Key key, storage::Fence fence) {
    Entry& item = part.actors[key];
    if (item.handle && item.fence != fence) {
      // From an earlier ownership of the shard.
      caf::anon_send_exit(item.handle, caf::exit_reason::kill);
      item = Entry{};
    }
    if (!item.handle) item.handle = spawn_(key, fence);
    item.fence = fence;
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
  Router* router_ = nullptr;
  std::array<Shard, kShards> shards_;
  std::atomic<std::int64_t> taken_{0};
};

using ConversationDirectory = Directory<ConversationId, ConversationActor>;
using UserDirectory = Directory<UserId, UserActor>;

}  // namespace confab::actors
