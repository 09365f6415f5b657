#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "actors/answer.hpp"

namespace confab::actors {

/// What one hash costs; parallelism is always one lane.
struct HashCost {
  std::uint32_t memory_kib = 65536;
  std::uint32_t iterations = 3;
};

/// Hashes passwords with argon2id. Immutable and thread-safe; every call but needs_rehash() takes
/// the full cost in memory and time, so none belongs on a thread that serves others.
///
/// Hashes are argon2's encoded strings, which name their own cost: those made with an older cost
/// keep working.
class PasswordHasher {
 public:
  explicit PasswordHasher(HashCost cost);

  /// Fails with overloaded if the memory is not to be had.
  Result<std::string> hash(std::string_view password) const;

  /// Whether `encoded` was made from `password`. What is no hash at all (an empty string) costs as
  /// much time as a wrong password. Fails with overloaded if the memory is not to be had.
  Result<bool> verify(std::string_view password, const std::string& encoded) const;

  /// True if `encoded` was made with another cost than this hasher's.
  bool needs_rehash(std::string_view encoded) const;

 private:
  HashCost cost_;
  std::string prefix_;          ///< of every hash made here: algorithm, version, cost
  std::string matches_nobody_;  ///< well-formed, but of no known password
};

}  // namespace confab::actors
