#include "actors/user/retry_keys.hpp"

#include <chrono>

namespace confab::actors {

namespace {

constexpr std::chrono::minutes kLost{1};

}  // namespace

void RetryKeys::forget_lost(Timestamp now) {
  std::erase_if(running_, [now](const auto& item) { return item.second.since + kLost <= now; });
}

Result<bool> RetryKeys::claim(const RetryKey& retry, Timestamp now) {
  auto found = running_.find(retry.key);
  if (found != running_.end() && found->second.since + kLost > now) {
    return fail(found->second.fingerprint == retry.fingerprint ? ErrorCode::idempotency_running
                                                               : ErrorCode::idempotency_mismatch);
  }
  running_.insert_or_assign(retry.key, Claim{retry.fingerprint, now});
  return true;
}

}  // namespace confab::actors
