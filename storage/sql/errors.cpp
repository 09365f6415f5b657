#include "storage/sql/errors.hpp"

#include <array>

namespace confab::storage {

namespace {

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// A broken constraint, told by its name, which both databases mention in their message.
ErrorCode constraint_error(std::string_view message) {
  if (contains(message, "username_key")) return ErrorCode::username_taken;
  if (contains(message, "email_key")) return ErrorCode::email_taken;
  if (contains(message, "members_user_known") || contains(message, "FOREIGN KEY")) {
    return ErrorCode::unknown_user;
  }
  if (contains(message, "idempotency")) return ErrorCode::idempotency_running;
  return ErrorCode::storage_conflict;
}

ErrorCode sqlite_code(int result, std::string_view message) {
  switch (result & 0xff) {
    case SQLITE_CONSTRAINT:
      return constraint_error(message);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorCode::storage_unavailable;
    default:
      return ErrorCode::internal;
  }
}

ErrorCode postgres_code(std::string_view sqlstate, std::string_view message) {
  if (is_connection_lost(sqlstate)) return ErrorCode::storage_unavailable;
  const std::string_view kind = sqlstate.substr(0, 2);
  if (kind == "23") return constraint_error(message);
  if (kind == "40") return ErrorCode::storage_conflict;
  // 57014 query_canceled (statement_timeout), 55P03 lock_not_available (lock_timeout).
  if (sqlstate == "57014" || sqlstate == "55P03") return ErrorCode::timed_out;
  // Resources, operator's intervention, system errors, read-only transaction.
  if (kind == "53" || kind == "57" || kind == "58" || sqlstate == "25006") {
    return ErrorCode::storage_unavailable;
  }
  return ErrorCode::internal;
}

}  // namespace

bool is_connection_lost(std::string_view sqlstate) {
  constexpr std::array<std::string_view, 5> kGoing{
      "57P01", "57P02", "57P03", "57P05",  // shutdown, crash, starting up, idle session ended
      "25P03",                             // idle in transaction for too long
  };
  if (sqlstate.empty() || sqlstate.substr(0, 2) == "08") return true;
  for (const std::string_view state : kGoing) {
    if (state == sqlstate) return true;
  }
  return false;
}

bool is_connection_lost(const soci::soci_error& error) {
  if (const auto* postgres = dynamic_cast<const soci::postgresql_soci_error*>(&error)) {
    return is_connection_lost(postgres->sqlstate());
  }
  return false;
}

bool is_machine_error(ErrorCode code) {
  switch (code) {
    case ErrorCode::storage_unavailable:
    case ErrorCode::storage_conflict:
    case ErrorCode::shard_lost:
    case ErrorCode::overloaded:
    case ErrorCode::timed_out:
    case ErrorCode::internal:
      return true;
    default:
      return false;
  }
}

Error to_error(std::string_view sqlstate, std::string_view message) {
  return fail(postgres_code(sqlstate, message), std::string(message));
}

Error to_error(const soci::soci_error& error) {
  const std::string message = error.get_error_message();
  if (const auto* sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&error)) {
    return fail(sqlite_code(sqlite->result(), message), message);
  }
  if (const auto* postgres = dynamic_cast<const soci::postgresql_soci_error*>(&error)) {
    return to_error(postgres->sqlstate(), message);
  }
  return fail(ErrorCode::internal, message);
}

}  // namespace confab::storage
