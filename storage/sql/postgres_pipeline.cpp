#include "storage/sql/postgres_pipeline.hpp"

#include <array>

namespace confab::storage {

namespace {

constexpr std::size_t kMostParameters = 16;

bool succeeded(const PGresult* result) {
  if (result == nullptr) return false;
  const ExecStatusType status = PQresultStatus(result);
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

}  // namespace

void throw_postgres_error(PGconn* connection, const PGresult* result) {
  const char* state = result != nullptr ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : nullptr;
  const bool lost = PQstatus(connection) != CONNECTION_OK;
  const char* message = result != nullptr ? PQresultErrorMessage(result) : "";
  if (*message == '\0') message = PQerrorMessage(connection);
  throw soci::postgresql_soci_error(message, lost || state == nullptr ? "08006" : state);
}

void prepare(Session& session, std::initializer_list<PostgresStatement> statements) {
  PGconn* connection = session.postgres();
  for (const PostgresStatement& statement : statements) {
    const PostgresResult result(PQprepare(connection, statement.name, statement.sql, 0, nullptr),
                                PQclear);
    if (!succeeded(result.get())) throw_postgres_error(connection, result.get());
  }
}

PostgresPipeline::PostgresPipeline(Session& session) : connection_(session.postgres()) {
  if (PQenterPipelineMode(connection_) != 1) throw_postgres_error(connection_, nullptr);
}

PostgresPipeline::~PostgresPipeline() {
  // Left half-way, the connection is of no more use: whoever holds it will find it lost.
  if (PQpipelineStatus(connection_) != PQ_PIPELINE_OFF) PQexitPipelineMode(connection_);
}

void PostgresPipeline::send(const PostgresStatement& statement,
                            std::initializer_list<std::string_view> parameters) {
  std::array<const char*, kMostParameters> values{};
  std::array<int, kMostParameters> lengths{};
  std::array<int, kMostParameters> formats{};
  std::size_t count = 0;
  for (const std::string_view parameter : parameters) {
    values[count] = parameter.data();
    lengths[count] = static_cast<int>(parameter.size());
    formats[count++] = 1;
  }
  if (PQsendQueryPrepared(connection_, statement.name, static_cast<int>(count), values.data(),
                          lengths.data(), formats.data(), 1) != 1) {
    throw_postgres_error(connection_, nullptr);
  }
  ++sent_;
}

PostgresResult PostgresPipeline::next_result() {
  PostgresResult result(PQgetResult(connection_), PQclear);
  if (result == nullptr && PQstatus(connection_) != CONNECTION_OK) {
    throw_postgres_error(connection_, nullptr);
  }
  return result;
}

const std::vector<PostgresResult>& PostgresPipeline::finish() {
  if (PQpipelineSync(connection_) != 1) throw_postgres_error(connection_, nullptr);
  bool failed = false;
  const PGresult* failure = nullptr;
  for (std::size_t i = 0; i < sent_; ++i) {
    results_.push_back(next_result());
    const PGresult* result = results_.back().get();
    if (!failed && !succeeded(result)) failure = result;
    failed = failed || !succeeded(result);
    if (PQstatus(connection_) != CONNECTION_OK) throw_postgres_error(connection_, failure);
    next_result();  // the end of this statement's results
  }
  next_result();  // the synchronisation point
  PQexitPipelineMode(connection_);
  if (failed) throw_postgres_error(connection_, failure);
  return results_;
}

bool PostgresPipeline::divided_by_zero(std::size_t i) const {
  constexpr std::string_view kDivisionByZero = "22012";
  if (i >= results_.size()) return false;
  const char* state = PQresultErrorField(results_[i].get(), PG_DIAG_SQLSTATE);
  return state != nullptr && state == kDivisionByZero;
}

}  // namespace confab::storage
