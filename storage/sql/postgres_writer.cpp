#include "storage/sql/postgres_writer.hpp"

#include <string_view>
#include <thread>
#include <utility>

#include "storage/sql/errors.hpp"

namespace confab::storage {

namespace {

/// How long a commit() may look for a database that has gone away.
constexpr std::chrono::seconds kPatience{5};
constexpr std::chrono::milliseconds kPauseBeforeReconnect{50};

constexpr PostgresStatement kBegin{"confab_begin", "BEGIN"};
constexpr PostgresStatement kTakeTicket{
    "confab_take_ticket",
    "INSERT INTO writer_tickets AS t (writer, number, used_at) "
    "VALUES ($1::uuid, $2::bigint, $3::bigint) "
    "ON CONFLICT (writer) DO UPDATE SET "
    // NULL breaks the column's constraint: the number was taken before.
    "number = CASE WHEN t.number = excluded.number - 1 THEN excluded.number END, "
    "used_at = excluded.used_at"};

bool says_ticket_is_taken(const soci::soci_error& error) {
  const auto* postgres = dynamic_cast<const soci::postgresql_soci_error*>(&error);
  constexpr std::string_view kNotNullViolation = "23502";
  return postgres != nullptr && postgres->sqlstate() == kNotNullViolation &&
         error.get_error_message().find("writer_tickets") != std::string::npos;
}

/// Failures that are not of one change but of the whole transaction.
bool concerns_transaction(const soci::soci_error& error) {
  return is_connection_lost(error) || says_ticket_is_taken(error);
}

template <class F>
Result<Committed> guarded_change(F&& f) {
  try {
    return f();
  } catch (const soci::soci_error& error) {
    if (concerns_transaction(error)) throw;
    return to_error(error);
  }
}

}  // namespace

PostgresWriter::PostgresWriter(PostgresAddress address, std::function<void()> committed)
    : address_(std::move(address)), committed_(std::move(committed)) {
  connect();
  constexpr std::chrono::hours kForgotten{24 * 30};
  session_->execute("DELETE FROM writer_tickets WHERE used_at < :before", now() - kForgotten);
}

PostgresWriter::~PostgresWriter() {
  if (session_ == nullptr) return;
  try {
    session_->execute("DELETE FROM writer_tickets WHERE writer = {uuid :writer}", writer_);
  } catch (const soci::soci_error&) {
    // The row is small and will be cleared away when it is old.
  }
}

void PostgresWriter::connect() {
  session_ = connect_postgres(address_, PostgresRole::writer);
  prepare(*session_, {kBegin, kTakeTicket});
  prepare_sets(*session_);
  applier_ = std::make_unique<PostgresApplier>(*session_);
}

void PostgresWriter::disconnect() {
  applier_.reset();
  session_.reset();
  is_open_ = false;
}

/// After an outcome that could not be found out, the number may or may not be taken.
void PostgresWriter::forget_ticket() {
  writer_ = make_uuid7();
  ticket_ = 0;
}

std::vector<Result<Committed>> PostgresWriter::commit(std::span<const Change> changes) {
  Batch batch(changes);
  if (changes.empty()) return batch.take_results();
  deadline_ = Clock::now() + kPatience;
  return settle(batch);
}

std::vector<Result<Committed>> PostgresWriter::settle(Batch& batch) {
  std::vector<Result<Committed>> promised;  // of the last run whose COMMIT got no answer
  bool careful = false;
  while (true) {
    try {
      commit_sent_ = false;
      if (session_ == nullptr) connect();
      const Outcome outcome = attempt(batch, careful);
      if (outcome == Outcome::committed || outcome == Outcome::committed_before) {
        ++ticket_;
        committed_();
      }
      if (outcome == Outcome::committed_before) return promised;
      if (outcome != Outcome::must_be_careful) return batch.take_results();
      careful = true;
    } catch (const soci::soci_error& error) {
      const bool lost = session_ == nullptr || is_connection_lost(error);
      if (lost && commit_sent_) promised = batch.results();
      if (lost) {
        disconnect();
      } else {
        roll_back();
      }
      const bool settled = !lost && promised.empty();
      if (settled || Clock::now() >= deadline_) {
        if (!settled) forget_ticket();
        batch.fail_all(settled ? to_error(error)
                               : fail(ErrorCode::storage_unavailable, error.get_error_message()));
        return batch.take_results();
      }
      std::this_thread::sleep_for(kPauseBeforeReconnect);
    }
    batch.restart();
  }
}

PostgresWriter::Outcome PostgresWriter::attempt(Batch& batch, bool careful) {
  try {
    Outcome outcome = apply_all(batch, careful);
    if (outcome == Outcome::committed) outcome = finish(batch);
    if (outcome != Outcome::committed) roll_back();
    return outcome;
  } catch (const soci::soci_error& error) {
    if (!says_ticket_is_taken(error)) throw;
    roll_back();
    return Outcome::committed_before;
  }
}

PostgresWriter::Outcome PostgresWriter::apply_all(Batch& batch, bool careful) {
  const bool is_alone = batch.size() == 1;
  std::size_t i = 0;
  while (i < batch.size()) {
    const std::size_t length = careful ? 0 : run_length(batch, i);
    if (length > 0) {
      Result<Committed> written = write_run(batch, i, length);
      if (!written && !is_alone) return Outcome::must_be_careful;
      if (!written) {
        batch.set(i, std::move(written));
        return Outcome::failed;
      }
      i += length;
      continue;
    }
    if (const Error* error = batch.inherited(i)) {
      batch.set(i, *error);
    } else if (careful && Clock::now() >= deadline_) {
      batch.set(i, fail(ErrorCode::timed_out));
    } else if (apply_one(batch, i, !is_alone) != Outcome::committed) {
      return Outcome::failed;
    }
    ++i;
  }
  return is_open_ ? Outcome::committed : Outcome::failed;
}

/// How many changes from `first` on are of one kind that is written in sets.
std::size_t PostgresWriter::run_length(const Batch& batch, std::size_t first) const {
  const std::size_t kind = batch.change(first).index();
  if (is_often_refused(batch.change(first))) return 0;
  std::size_t end = first;
  while (end < batch.size() && batch.change(end).index() == kind &&
         batch.inherited(end) == nullptr) {
    ++end;
  }
  return end - first;
}

Result<Committed> PostgresWriter::write_run(Batch& batch, std::size_t first, std::size_t length) {
  PostgresPipeline pipeline(*session_);
  if (!is_open_) send_opening(pipeline);
  return guarded_change([&]() -> Result<Committed> {
    if (std::holds_alternative<PostMessage>(batch.change(first))) {
      std::vector<PostInRun> run;
      run.reserve(length);
      for (std::size_t i = first; i < first + length; ++i) {
        run.push_back({std::get_if<PostMessage>(&batch.change(i)), &batch.memo(i)});
      }
      return posts_.write(pipeline, run);
    }
    std::vector<ReadInRun> run;
    run.reserve(length);
    for (std::size_t i = first; i < first + length; ++i) {
      run.push_back({std::get_if<SaveReadState>(&batch.change(i)), &batch.memo(i)});
    }
    return reads_.write(pipeline, run);
  });
}

PostgresWriter::Outcome PostgresWriter::apply_one(Batch& batch, std::size_t i,
                                                  bool behind_savepoint) {
  if (!is_open_) open_transaction();
  if (behind_savepoint) session_->script("SAVEPOINT change");
  Result<Committed> result =
      guarded_change([&] { return applier_->apply(batch.change(i), batch.memo(i)); });
  const bool failed = !result;
  batch.set(i, std::move(result));
  if (failed && !behind_savepoint) return Outcome::failed;
  if (failed) session_->script("ROLLBACK TO SAVEPOINT change");
  if (behind_savepoint) session_->script("RELEASE SAVEPOINT change");
  return Outcome::committed;
}

void PostgresWriter::open_transaction() {
  PostgresPipeline pipeline(*session_);
  send_opening(pipeline);
  pipeline.finish();
}

void PostgresWriter::send_opening(PostgresPipeline& pipeline) {
  is_open_ = true;
  std::string number;
  append_int64(number, ticket_ + 1);
  std::string used_at;
  append_int64(used_at, to_micros(now()));
  const std::string_view writer(reinterpret_cast<const char*>(writer_.bytes.data()),
                                writer_.bytes.size());
  pipeline.send(kBegin, {});
  pipeline.send(kTakeTicket, {writer, number, used_at});
}

PostgresWriter::Outcome PostgresWriter::finish(Batch& batch) {
  commit_sent_ = true;
  PGconn* connection = session_->postgres();
  const PostgresResult result(PQexec(connection, "COMMIT"), PQclear);
  if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) {
    throw_postgres_error(connection, result.get());
  }
  is_open_ = false;
  // A transaction that has failed answers COMMIT with success, and with ROLLBACK.
  if (std::string_view(PQcmdStatus(result.get())) == "COMMIT") return Outcome::committed;
  batch.fail_all(fail(ErrorCode::internal, "the transaction was rolled back"));
  return Outcome::failed;
}

void PostgresWriter::roll_back() {
  if (!std::exchange(is_open_, false) || session_ == nullptr) return;
  try {
    session_->script("ROLLBACK");
  } catch (const soci::soci_error&) {
    disconnect();
  }
}

}  // namespace confab::storage
