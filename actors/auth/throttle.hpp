#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "actors/messages/common.hpp"

namespace confab::actors {

/// Counts failures per key within a sliding window. A pure class: the time is passed in and must
/// not go back by more than the caller can bear. Not thread-safe.
///
/// Bounded: at most `limit` moments per key and `most_keys` keys; beyond that the key whose last
/// failure is longest ago is forgotten.
class FailureWindow {
 public:
  struct Bounds {
    std::size_t limit = 5;  ///< so many failures are let pass; 0 lets everything pass
    std::chrono::seconds window{900};
    std::size_t most_keys = 50'000;
  };

  explicit FailureWindow(Bounds bounds) : bounds_(bounds) {}
  FailureWindow(FailureWindow&&) = default;
  FailureWindow& operator=(FailureWindow&&) = default;

  /// How long the key must wait before it may try again; nothing if it may now.
  std::optional<std::chrono::seconds> wait(std::string_view key, Timestamp now) const;

  void record(std::string_view key, Timestamp now);
  void forget(std::string_view key);

  /// Keys remembered.
  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string key;
    std::vector<Timestamp> failures;  ///< oldest first
  };
  using Entries = std::list<Entry>;  ///< last failure longest ago first

  Entries::iterator entry(std::string_view key);
  void drop_oldest(Timestamp now);

  Bounds bounds_;
  Entries entries_;
  std::unordered_map<std::string_view, Entries::iterator>
      by_key_;  ///< views into the entries' keys
};

/// Slows down guessing: few failures for one account from one address, some more from one address
/// in all. Pure and not thread-safe, as above.
///
/// The account is counted by the name that was typed, whether or not it exists, so that the answer
/// does not tell; and only together with the address, so that nobody can lock others out.
class LoginThrottle {
 public:
  struct Limits {
    bool enabled = true;
    std::size_t failures_per_account = 5;
    std::size_t failures_per_address = 100;
    std::chrono::seconds account_window{std::chrono::minutes{15}};
    std::chrono::seconds address_window{std::chrono::hours{1}};
  };

  explicit LoginThrottle(Limits limits);

  /// How long this attempt must wait; nothing if it may be made now.
  std::optional<std::chrono::seconds> wait(std::string_view name, std::string_view address,
                                           Timestamp now) const;

  void record_failure(std::string_view name, std::string_view address, Timestamp now);

  /// The account's failures from this address are forgiven; the address keeps its own.
  void record_success(std::string_view name, std::string_view address);

 private:
  bool enabled_;
  FailureWindow accounts_;
  FailureWindow addresses_;
};

}  // namespace confab::actors
