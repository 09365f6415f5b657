#pragma once

#include <string_view>
#include <vector>

#include "storage/model/error.hpp"
#include "storage/sql/session.hpp"

namespace confab::storage {

/// One step of the schema, the same number in both dialects. A step that was applied anywhere is
/// never edited; the checksum would give it away.
struct Migration {
  int version;
  std::string_view name;
  std::string_view postgres;
  std::string_view sqlite;
};

/// Those embedded in the binary, in order (made at build time from storage/schema).
const std::vector<Migration>& all_migrations();

/// Applies what is missing, each step in a transaction of its own, under a lock that makes other
/// starters wait. Returns how many were applied. Fails with internal if an applied step was edited
/// or the database is newer than this binary.
Result<int> apply_migrations(Session& session, const std::vector<Migration>& migrations);

}  // namespace confab::storage
