#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "storage/model/time.hpp"

namespace confab::actors {

/// The one-time link by which the first administrator is created: a secret with an end. Knows
/// neither actors nor storage; not thread-safe.
class SetupLink {
 public:
  static constexpr std::chrono::minutes kLifetime{30};

  /// Makes a new secret; an earlier one is over.
  std::string offer(storage::Timestamp now);

  /// Whether this is the secret, and still in time. Takes as long however much of it is right.
  bool accepts(std::string_view token, storage::Timestamp now) const;

  /// It is used up.
  void close() { token_.clear(); }

 private:
  std::string token_;  ///< empty: there is none
  storage::Timestamp expires_at_{};
};

}  // namespace confab::actors
