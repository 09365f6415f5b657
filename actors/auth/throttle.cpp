#include "actors/auth/throttle.hpp"

#include <algorithm>
#include <iterator>

namespace confab::actors {

namespace {

/// A key in which neither part can pass for the other. The name is cut: keys are of bounded size.
std::string account_key(std::string_view name, std::string_view address) {
  constexpr std::size_t kLongestName = 320;
  std::string key(address);
  key += '\n';
  for (const char c : name.substr(0, kLongestName)) {
    key += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return key;
}

}  // namespace

std::optional<std::chrono::seconds> FailureWindow::wait(std::string_view key, Timestamp now) const {
  const auto found = by_key_.find(key);
  if (bounds_.limit == 0 || found == by_key_.end()) return std::nullopt;
  const auto& failures = found->second->failures;
  if (failures.size() < bounds_.limit) return std::nullopt;
  const Timestamp free_again = failures.front() + bounds_.window;
  if (free_again <= now) return std::nullopt;
  return std::min(std::chrono::ceil<std::chrono::seconds>(free_again - now), bounds_.window);
}

void FailureWindow::record(std::string_view key, Timestamp now) {
  if (bounds_.limit == 0) return;
  const auto at = entry(key);
  at->failures.push_back(now);
  if (at->failures.size() > bounds_.limit) at->failures.erase(at->failures.begin());
  entries_.splice(entries_.end(), entries_, at);
  drop_oldest(now);
}

void FailureWindow::forget(std::string_view key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return;
  const auto at = found->second;
  by_key_.erase(found);
  entries_.erase(at);
}

FailureWindow::Entries::iterator FailureWindow::entry(std::string_view key) {
  const auto found = by_key_.find(key);
  if (found != by_key_.end()) return found->second;
  entries_.push_back({std::string(key), {}});
  const auto at = std::prev(entries_.end());
  by_key_.emplace(at->key, at);
  return at;
}

void FailureWindow::drop_oldest(Timestamp now) {
  const auto is_over = [this, now](const Entry& entry) {
    return entry.failures.back() + bounds_.window <= now;
  };
  while (!entries_.empty() && (entries_.size() > bounds_.most_keys || is_over(entries_.front()))) {
    by_key_.erase(entries_.front().key);
    entries_.pop_front();
  }
}

LoginThrottle::LoginThrottle(Limits limits)
    : enabled_(limits.enabled),
      accounts_({.limit = limits.failures_per_account, .window = limits.account_window}),
      addresses_({.limit = limits.failures_per_address, .window = limits.address_window}) {}

std::optional<std::chrono::seconds> LoginThrottle::wait(std::string_view name,
                                                        std::string_view address,
                                                        Timestamp now) const {
  return std::max(accounts_.wait(account_key(name, address), now), addresses_.wait(address, now));
}

void LoginThrottle::record_failure(std::string_view name, std::string_view address, Timestamp now) {
  if (!enabled_) return;
  accounts_.record(account_key(name, address), now);
  addresses_.record(address, now);
}

void LoginThrottle::record_success(std::string_view name, std::string_view address) {
  accounts_.forget(account_key(name, address));
}

}  // namespace confab::actors
