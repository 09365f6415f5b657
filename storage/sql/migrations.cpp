#include "storage/sql/migrations.hpp"

#include <algorithm>
#include <cstdint>

#include "storage/sql/errors.hpp"

namespace confab::storage {

namespace {

constexpr const char* kCreateTable =
    "CREATE TABLE IF NOT EXISTS schema_migrations (version bigint PRIMARY KEY, name text NOT NULL, "
    "checksum bigint NOT NULL, applied_at bigint NOT NULL)";

// An arbitrary number that no other program is likely to use.
constexpr const char* kLock = "SELECT pg_advisory_xact_lock(4026620)";

std::int64_t checksum(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char byte : text) {
    hash = (hash ^ static_cast<std::uint8_t>(byte)) * 1099511628211ULL;
  }
  return static_cast<std::int64_t>(hash >> 1);
}

/// A transaction that no other starter runs at the same time; undone unless committed.
class LockedTransaction {
 public:
  explicit LockedTransaction(Session& session) : session_(session) {
    if (session.dialect() == Dialect::sqlite) {
      session.script("BEGIN IMMEDIATE");
      return;
    }
    session.script("BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0");
    session.script(kLock);
  }

  ~LockedTransaction() {
    if (committed_) return;
    try {
      session_.script("ROLLBACK");
    } catch (const soci::soci_error&) {
      // The connection is lost, and the transaction with it.
    }
  }

  LockedTransaction(const LockedTransaction&) = delete;
  LockedTransaction& operator=(const LockedTransaction&) = delete;

  void commit() {
    session_.script("COMMIT");
    committed_ = true;
  }

 private:
  Session& session_;
  bool committed_ = false;
};

/// Whether this call applied the step.
Result<bool> apply(Session& session, const Migration& migration) {
  const std::string_view text =
      session.dialect() == Dialect::sqlite ? migration.sqlite : migration.postgres;
  LockedTransaction transaction(session);
  session.script(kCreateTable);
  const auto known = session.value<std::int64_t>(
      "SELECT checksum FROM schema_migrations WHERE version = :version", migration.version);
  if (known && *known != checksum(text)) {
    return fail(ErrorCode::internal, "migration " + std::to_string(migration.version) +
                                         " was edited after it had been applied");
  }
  if (known) return false;
  session.script(std::string(text));
  session.execute(
      "INSERT INTO schema_migrations (version, name, checksum, applied_at) "
      "VALUES (:version, :name, :checksum, :applied_at)",
      migration.version, std::string(migration.name), checksum(text), now());
  transaction.commit();
  return true;
}

Result<void> refuse_newer(Session& session, const std::vector<Migration>& migrations) {
  const auto newest =
      session.value<std::int64_t>("SELECT COALESCE(max(version), 0) FROM schema_migrations");
  if (newest.value_or(0) > (migrations.empty() ? 0 : migrations.back().version)) {
    return fail(ErrorCode::internal, "the database was written by a newer version of Confab");
  }
  return boost::outcome_v2::success();
}

}  // namespace

Result<int> apply_migrations(Session& session, const std::vector<Migration>& migrations) {
  return guarded([&]() -> Result<int> {
    int applied = 0;
    for (const Migration& migration : migrations) {
      BOOST_OUTCOME_TRY(fresh, apply(session, migration));
      applied += fresh ? 1 : 0;
    }
    BOOST_OUTCOME_TRY(refuse_newer(session, migrations));
    return applied;
  });
}

}  // namespace confab::storage
