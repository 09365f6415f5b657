#pragma once

#include <mutex>
#include <string>
#include <unordered_map>

#include "actors/answer.hpp"
#include "actors/messages/common.hpp"

namespace confab::actors {

/// Retry keys of requests that are under way. Thread-safe.
class RunningKeys {
 public:
  /// Fails with idempotency_running if the same request is under way, with idempotency_mismatch if
  /// another one is that came with the same key.
  Result<Done> claim(const RetryKey& retry) {
    std::lock_guard lock(mutex_);
    const auto [at, is_new] = fingerprints_.emplace(retry.key, retry.fingerprint);
    if (is_new) return Done{};
    const bool is_same = at->second == retry.fingerprint;
    return fail(is_same ? ErrorCode::idempotency_running : ErrorCode::idempotency_mismatch);
  }

  void release(const std::string& key) {
    std::lock_guard lock(mutex_);
    fingerprints_.erase(key);
  }

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, std::string> fingerprints_;
};

}  // namespace confab::actors
