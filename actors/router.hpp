#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "actors/answer.hpp"
#include "storage/model/cluster.hpp"
#include "storage/model/entities.hpp"

namespace confab::actors {

/// For a request in all, and for each of its ways to another node. The server looks at its
/// connections once a second: everybody has an answer within five.
inline constexpr std::chrono::seconds kRequestBudget{4};

/// A request on its way to another node, as bytes.
struct ForwardedCall {
  storage::ShardIndex shard = 0;
  std::uint16_t kind = 0;  ///< which request; see cluster/requests.cpp
  std::int64_t key = 0;    ///< of the actor
  storage::UserId user;    ///< for whom: the owner authorises him anew; none: for nobody
  storage::Role role = storage::Role::guest;
  std::string retry_key;
  bool is_repeatable = false;  ///< may be sent again although it may have been done already
  std::string body;
};

/// How a node of a cluster tells what is decided here from what is decided elsewhere. Thread-safe.
class Router {
 public:
  virtual ~Router() = default;

  /// The ownership under which this node may serve the shard at this moment; none: it may not.
  virtual std::optional<storage::Fence> serving(storage::ShardIndex shard) const = 0;

  /// Whether what was read from memory under that ownership may still be given out. Ask after
  /// having taken the value.
  virtual bool holds(storage::Fence fence) const = 0;

  /// Whether somebody has taken the shard since: what was decided under that ownership and has not
  /// been written by now never will be. May be seen late, never early.
  virtual bool is_over(storage::Fence fence) const = 0;

  /// Whether the node may decide anything from memory.
  virtual bool has_lease() const = 0;

  /// Brings the call to the shard's owner, wherever it moves, and the answer's bytes back. Gives up
  /// with overloaded after the request budget. `reply` is called once, on any thread.
  virtual void forward(ForwardedCall call, std::function<void(Result<std::string>)> reply) = 0;
};

}  // namespace confab::actors
