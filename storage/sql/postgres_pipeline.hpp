#pragma once

#include <initializer_list>
#include <memory>
#include <string_view>
#include <vector>

#include <libpq-fe.h>

#include "storage/sql/session.hpp"

namespace confab::storage {

using PostgresResult = std::unique_ptr<PGresult, decltype(&PQclear)>;

/// A statement known to the server by name; see prepare().
struct PostgresStatement {
  const char* name;
  const char* sql;
};

/// Prepares the statements on a fresh connection. Throws soci::postgresql_soci_error.
void prepare(Session& session, std::initializer_list<PostgresStatement> statements);

/// Throws soci::postgresql_soci_error with what the server or the connection says.
[[noreturn]] void throw_postgres_error(PGconn* connection, const PGresult* result);

/// Several statements sent at once and answered in one round trip. Parameters and results are in
/// binary form. Between construction and finish() the session can do nothing else.
class PostgresPipeline {
 public:
  explicit PostgresPipeline(Session& session);
  ~PostgresPipeline();

  PostgresPipeline(const PostgresPipeline&) = delete;
  PostgresPipeline& operator=(const PostgresPipeline&) = delete;

  std::size_t sent() const { return sent_; }

  void send(const PostgresStatement& statement, std::initializer_list<std::string_view> parameters);

  /// Waits for all answers, one per statement sent. If one statement failed, the server skips those
  /// after it and this throws soci::postgresql_soci_error.
  const std::vector<PostgresResult>& finish();

  /// After finish(), also after it has thrown for a statement: the answers that came.
  const std::vector<PostgresResult>& results() const { return results_; }

  /// After finish(): whether statement `i` failed by dividing by zero.
  bool divided_by_zero(std::size_t i) const;

 private:
  PostgresResult next_result();

  PGconn* connection_;
  std::size_t sent_ = 0;
  std::vector<PostgresResult> results_;
};

}  // namespace confab::storage
