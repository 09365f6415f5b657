#pragma once

#include <array>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "actors/auth/jwt.hpp"

namespace confab::actors {

/// Tokens whose signature has been checked, and what they say: a client sends the same one many
/// times. Only the signature is remembered; that the login still counts is asked of the access
/// board each time. Bounded: a full shard starts anew. Thread-safe.
class VerifiedTokens {
 public:
  /// Empty: unknown, or its time is over.
  std::optional<Claims> find(std::string_view token, Timestamp now) const {
    const Shard& part = shard(token);
    std::lock_guard lock(part.mutex);
    auto found = part.claims.find(token);
    if (found == part.claims.end() || found->second.expires_at <= now) return std::nullopt;
    return found->second;
  }

  void put(std::string_view token, const Claims& claims) {
    Shard& part = shards_[index(token)];
    std::lock_guard lock(part.mutex);
    if (part.claims.size() >= kPerShard) part.claims.clear();
    part.claims.emplace(token, claims);
  }

 private:
  static constexpr std::size_t kShards = 16;
  static constexpr std::size_t kPerShard = 512;

  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<std::string, Claims, Hash, std::equal_to<>> claims;
  };

  static std::size_t index(std::string_view token) { return Hash{}(token) % kShards; }
  const Shard& shard(std::string_view token) const { return shards_[index(token)]; }

  std::array<Shard, kShards> shards_;
};

}  // namespace confab::actors
