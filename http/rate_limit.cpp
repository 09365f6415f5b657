#include "http/rate_limit.hpp"

#include <algorithm>
#include <functional>

namespace confab::http {

std::optional<std::int64_t> RateLimiter::admit(std::uint64_t key, Clock::time_point now) {
  if (!active()) return std::nullopt;
  constexpr Clock::duration kWindow = std::chrono::minutes(1);
  const Clock::duration cost = kWindow / static_cast<std::int64_t>(per_minute_);
  Shard& shard = shards_[key % shards_.size()];
  const std::lock_guard lock(shard.mutex);
  if (shard.full_again_at.size() >= shard.sweep_at) sweep(shard, now);
  Clock::time_point& full_again = shard.full_again_at[key];
  const Clock::time_point after = std::max(full_again, now) + cost;
  if (after - now > kWindow) {
    const auto wait = std::chrono::ceil<std::chrono::seconds>(after - now - kWindow);
    return std::max<std::int64_t>(1, wait.count());
  }
  full_again = after;
  return std::nullopt;
}

void RateLimiter::sweep(Shard& shard, Clock::time_point now) {
  std::erase_if(shard.full_again_at, [now](const auto& entry) { return entry.second <= now; });
  shard.sweep_at = std::max<std::size_t>(1024, 2 * shard.full_again_at.size());
}

std::uint64_t rate_key(std::int64_t user) {
  return static_cast<std::uint64_t>(user) * 0x9E3779B97F4A7C15U;
}

std::uint64_t rate_key(std::string_view address) {
  return std::hash<std::string_view>{}(address) ^ 0x5851F42D4C957F2DU;
}

}  // namespace confab::http
