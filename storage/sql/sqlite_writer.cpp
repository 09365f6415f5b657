#include "storage/sql/sqlite_writer.hpp"

#include <utility>

#include "storage/sql/errors.hpp"

namespace confab::storage {

SqliteWriter::SqliteWriter(std::unique_ptr<Session> session, std::function<void()> committed)
    : session_(std::move(session)),
      committed_(std::move(committed)),
      applier_(*session_),
      begin_(session_->sqlite(), "BEGIN IMMEDIATE"),
      commit_(session_->sqlite(), "COMMIT"),
      savepoint_(session_->sqlite(), "SAVEPOINT change"),
      release_(session_->sqlite(), "RELEASE change"),
      back_to_savepoint_(session_->sqlite(), "ROLLBACK TO change") {}

std::vector<Result<Committed>> SqliteWriter::commit(std::span<const Change> changes,
                                                    std::span<const Fences>) {
  Batch batch(changes);
  if (changes.empty()) return batch.take_results();
  try {
    Outcome outcome = attempt(batch, false);
    if (outcome == Outcome::must_be_careful) {
      batch.restart();
      outcome = attempt(batch, true);
    }
    if (outcome == Outcome::committed) {
      committed_();
    } else {
      roll_back();
    }
  } catch (const soci::soci_error& error) {
    roll_back();
    batch.fail_all(fail(ErrorCode::storage_unavailable, error.get_error_message()));
  }
  return batch.take_results();
}

SqliteWriter::Outcome SqliteWriter::attempt(Batch& batch, bool careful) {
  begin_.run();
  applier_.begun();
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (const Error* error = batch.inherited(i)) {
      batch.set(i, *error);
      continue;
    }
    const Outcome outcome = apply(batch, i, careful);
    if (outcome == Outcome::committed) continue;
    roll_back();
    return outcome;
  }
  applier_.before_commit();
  commit_.run();
  return Outcome::committed;
}

SqliteWriter::Outcome SqliteWriter::apply(Batch& batch, std::size_t i, bool careful) {
  const bool guarded_by_savepoint = careful || is_often_refused(batch.change(i));
  if (guarded_by_savepoint) savepoint_.run();
  const std::int64_t counted = applier_.more_messages();
  Result<Committed> result = apply_guarded(batch, i);
  const bool failed = !result;
  if (failed) applier_.set_more_messages(counted);
  if (failed && transaction_is_gone()) {
    batch.fail_all(fail(ErrorCode::storage_unavailable, result.error().detail));
    return Outcome::lost;
  }
  batch.set(i, std::move(result));
  if (failed && !guarded_by_savepoint) return Outcome::must_be_careful;
  if (failed) back_to_savepoint_.run();
  if (guarded_by_savepoint) release_.run();
  return Outcome::committed;
}

Result<Committed> SqliteWriter::apply_guarded(Batch& batch, std::size_t i) {
  return guarded([&] { return applier_.apply(batch.change(i), batch.memo(i)); });
}

void SqliteWriter::roll_back() {
  applier_.rolled_back();
  if (transaction_is_gone()) return;
  try {
    session_->script("ROLLBACK");
  } catch (const soci::soci_error&) {
    // Nothing can be done; the next BEGIN will report what is wrong.
  }
}

bool SqliteWriter::transaction_is_gone() {
  return sqlite_api::sqlite3_get_autocommit(session_->sqlite()) != 0;
}

}  // namespace confab::storage
