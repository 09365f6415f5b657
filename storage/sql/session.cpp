#include "storage/sql/session.hpp"

namespace confab::storage {

namespace {

// What is behind SOCI's interface. SOCI's libraries do not export the type information that the
// sanitizer would compare.

__attribute__((no_sanitize("vptr"))) sqlite_api::sqlite3_stmt* sqlite_statement(
    soci::details::statement_backend* backend) {
  return static_cast<soci::sqlite3_statement_backend*>(backend)->stmt_;
}

__attribute__((no_sanitize("vptr"))) sqlite_api::sqlite3* sqlite_connection(
    soci::details::session_backend* backend) {
  return static_cast<soci::sqlite3_session_backend*>(backend)->conn_;
}

__attribute__((no_sanitize("vptr"))) PGconn* postgres_connection(
    soci::details::session_backend* backend) {
  return static_cast<soci::postgresql_session_backend*>(backend)->conn_;
}

const soci::backend_factory& factory(Dialect dialect) {
  if (dialect == Dialect::sqlite) return soci::sqlite3;
  return soci::postgresql;
}

void run_sqlite_script(sqlite_api::sqlite3* connection, const std::string& sql) {
  char* message = nullptr;
  const int result = sqlite_api::sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, &message);
  if (result == SQLITE_OK) return;
  const std::string text = message != nullptr ? message : sqlite_api::sqlite3_errstr(result);
  sqlite_api::sqlite3_free(message);
  throw soci::sqlite3_soci_error(text, result);
}

void run_postgres_script(PGconn* connection, const std::string& sql) {
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection, sql.c_str()),
                                                             PQclear);
  const ExecStatusType status = PQresultStatus(result.get());
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return;
  const char* state = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
  throw soci::postgresql_soci_error(PQerrorMessage(connection), state != nullptr ? state : "08006");
}

}  // namespace

Session::Session(Dialect dialect, const std::string& parameters)
    : dialect_(dialect), session_(factory(dialect), parameters) {}

Session::~Session() = default;

soci::statement& Session::prepared(std::string_view sql) {
  const auto known = statements_.find(sql);
  if (known != statements_.end()) return *known->second;
  auto statement = std::make_unique<soci::statement>(session_);
  statement->alloc();
  statement->prepare(translate(sql, dialect_));
  return *statements_.emplace(sql, std::move(statement)).first->second;
}

void Session::finish(soci::statement& statement) {
  statement.bind_clean_up();
  if (dialect_ == Dialect::sqlite) {
    // A statement left on its last row would keep the connection's view of the database, and with
    // it every later read, at this moment.
    auto* raw = sqlite_statement(statement.get_backend());
    sqlite_api::sqlite3_reset(raw);
    sqlite_api::sqlite3_clear_bindings(raw);
  }
}

void Session::script(const std::string& sql) {
  if (dialect_ == Dialect::sqlite) {
    run_sqlite_script(sqlite(), sql);
  } else {
    run_postgres_script(postgres(), sql);
  }
}

sqlite_api::sqlite3* Session::sqlite() { return sqlite_connection(session_.get_backend()); }

PGconn* Session::postgres() { return postgres_connection(session_.get_backend()); }

Snapshot::Snapshot(Session& session) : session_(session) {
  session_.script(session_.dialect() == Dialect::sqlite
                      ? "BEGIN"
                      : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
}

Snapshot::~Snapshot() {
  try {
    session_.script("ROLLBACK");
  } catch (const soci::soci_error&) {
    // The connection is gone and the transaction with it; the next statement will report it.
  }
}

}  // namespace confab::storage
