#pragma once

#include <chrono>
#include <string>
#include <unordered_map>

#include "actors/messages/common.hpp"

namespace confab::actors {

/// Which of a user's retry keys belong to a request that is still running. Not thread-safe.
class RetryKeys {
 public:
  /// `longest`: more than a request can take. Two that run side by side after all cannot both store
  /// their effect with the key.
  explicit RetryKeys(std::chrono::seconds longest) : longest_(longest) {}

  /// Takes the key; idempotency_running or idempotency_mismatch if somebody has it. A claim that
  /// was never given back (its request was lost) ends after the longest time.
  Result<bool> claim(const RetryKey& retry, Timestamp now);

  void release(const std::string& key) { running_.erase(key); }

  /// Forgets claims that nobody will give back any more.
  void forget_lost(Timestamp now);

  bool empty() const { return running_.empty(); }

 private:
  struct Claim {
    std::string fingerprint;
    Timestamp since{};
  };
  std::chrono::seconds longest_;
  std::unordered_map<std::string, Claim> running_;
};

}  // namespace confab::actors
