#include "actors/user/retry_keys.hpp"

namespace confab::actors {

void RetryKeys::forget_lost(Timestamp now) {
  std::erase_if(running_, [&](const auto& item) { return item.second.since + longest_ <= now; });
}

Result<bool> RetryKeys::claim(const RetryKey& retry, Timestamp now) {
  auto found = running_.find(retry.key);
  if (found != running_.end() && found->second.since + longest_ > now) {
    return fail(found->second.fingerprint == retry.fingerprint ? ErrorCode::idempotency_running
                                                               : ErrorCode::idempotency_mismatch);
  }
  running_.insert_or_assign(retry.key, Claim{retry.fingerprint, now});
  return true;
}

}  // namespace confab::actors
