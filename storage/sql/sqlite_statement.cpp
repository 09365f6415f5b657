#include "storage/sql/sqlite_statement.hpp"

namespace confab::storage {

using namespace sqlite_api;

SqliteStatement::SqliteStatement(sqlite3* connection, std::string_view sql)
    : connection_(connection) {
  check(sqlite3_prepare_v3(connection, sql.data(), static_cast<int>(sql.size()),
                           SQLITE_PREPARE_PERSISTENT, &statement_, nullptr));
}

SqliteStatement::~SqliteStatement() { sqlite3_finalize(statement_); }

void SqliteStatement::bind(int index, std::int64_t value) {
  check(sqlite3_bind_int64(statement_, index, value));
}

void SqliteStatement::bind(int index, std::string_view text) {
  check(sqlite3_bind_text(statement_, index, text.data(), static_cast<int>(text.size()),
                          SQLITE_STATIC));
}

void SqliteStatement::bind(int index, const Uuid& uuid) {
  check(sqlite3_bind_blob(statement_, index, uuid.bytes.data(), static_cast<int>(uuid.bytes.size()),
                          SQLITE_STATIC));
}

void SqliteStatement::bind_null(int index) { check(sqlite3_bind_null(statement_, index)); }

int SqliteStatement::finish() {
  const int result = sqlite3_step(statement_);
  const int changed = sqlite3_changes(connection_);
  // Reset gives the same error again; the message must be taken before it.
  if (result != SQLITE_DONE && result != SQLITE_ROW) {
    const soci::sqlite3_soci_error error(sqlite3_errmsg(connection_), result);
    sqlite3_reset(statement_);
    throw error;
  }
  sqlite3_reset(statement_);
  return changed;
}

void SqliteStatement::check(int result) const {
  if (result != SQLITE_OK) throw soci::sqlite3_soci_error(sqlite3_errmsg(connection_), result);
}

}  // namespace confab::storage
