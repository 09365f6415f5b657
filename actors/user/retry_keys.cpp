#include "actors/user/retry_keys.hpp"

#include <chrono>

namespace confab::actors {

namespace {

// Longer than a request is given in all. Two that run side by side after all cannot both store
// their effect with the key.
constexpr std::chrono::seconds kLost{10};

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
