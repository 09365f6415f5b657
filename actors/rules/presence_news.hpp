#pragma once

#include <cstddef>
#include <unordered_set>
#include <vector>

#include "storage/model/ids.hpp"

namespace confab::actors {

/// Somebody has come or gone.
struct PresenceChange {
  storage::UserId user;
  bool is_online = false;
};

/// What of people's coming and going has still to be told. Whoever goes and comes back in between
/// is no news. Not thread-safe.
class PresenceNews {
 public:
  /// They are there already: no news.
  void begin_with(const std::vector<storage::UserId>& online);

  /// At most `most` changes from what has been told to `online`.
  std::vector<PresenceChange> pending(const std::vector<storage::UserId>& online,
                                      std::size_t most) const;

  void told(const PresenceChange& change);

 private:
  std::unordered_set<storage::UserId> told_online_;
};

}  // namespace confab::actors
