#include "storage/sql/postgres_writer.hpp"

#include <set>
#include <string_view>
#include <thread>
#include <utility>

#include <sys/socket.h>

#include "storage/sql/errors.hpp"
#include "storage/sql/postgres_binary.hpp"

namespace confab::storage {

namespace {

/// How long a commit() may look for a database that has gone away.
constexpr std::chrono::seconds kPatience{5};
/// One of several nodes leaves it to the others sooner: they may still reach it.
constexpr std::chrono::seconds kPatienceOfANode{3};
constexpr std::chrono::seconds kHopeless{1};
constexpr std::chrono::milliseconds kPauseBeforeReconnect{50};

constexpr PostgresStatement kBegin{"confab_begin", "BEGIN"};
constexpr PostgresStatement kCommit{"confab_commit", "COMMIT"};
constexpr PostgresStatement kTakeTicket{
    "confab_take_ticket",
    "INSERT INTO writer_tickets AS t (writer, number, used_at) "
    "VALUES ($1::uuid, $2::bigint, $3::bigint) "
    "ON CONFLICT (writer) DO UPDATE SET "
    // NULL breaks the column's constraint: the number was taken before.
    "number = CASE WHEN t.number = excluded.number - 1 THEN excluded.number END, "
    "used_at = excluded.used_at"};

// What was sent along with the number after `number` - 2 has taken effect, or never will: says by
// the number that is left. May be repeated.
constexpr PostgresStatement kSkipTicket{
    "confab_skip_ticket",
    "INSERT INTO writer_tickets AS t (writer, number, used_at) "
    "VALUES ($1::uuid, $2::bigint, $3::bigint) "
    "ON CONFLICT (writer) DO UPDATE SET "
    "number = CASE WHEN t.number = excluded.number - 2 THEN excluded.number ELSE t.number END, "
    "used_at = excluded.used_at RETURNING number"};

// FOR SHARE, because only that makes a claim of the shard wait.
#define CONFAB_HELD_SHARDS                                                                \
  "SELECT s.shard_id, s.epoch FROM unnest($1::smallint[], $2::bigint[]) "                 \
  "AS f (shard_id, epoch) JOIN shard s ON s.shard_id = f.shard_id AND s.epoch = f.epoch " \
  "WHERE s.owner IS NOT NULL ORDER BY s.shard_id FOR SHARE OF s"
#define CONFAB_LIVING_NODE "FROM cluster_node WHERE node_id = $1::uuid AND state <> 3"

// Each once to be looked at, and once so that it fails if not all is as it should be.
constexpr PostgresStatement kHoldShards{"confab_hold_shards", CONFAB_HELD_SHARDS};
constexpr PostgresStatement kHoldAllShards{
    "confab_hold_all_shards", "WITH held AS (" CONFAB_HELD_SHARDS
                              ") SELECT 1 / (count(*) = cardinality($1))::integer FROM held"};
constexpr PostgresStatement kIsAlive{"confab_is_alive", "SELECT 1 " CONFAB_LIVING_NODE};
constexpr PostgresStatement kMustBeAlive{"confab_must_be_alive",
                                         "SELECT 1 / count(*)::integer " CONFAB_LIVING_NODE};
#undef CONFAB_HELD_SHARDS
#undef CONFAB_LIVING_NODE

std::string_view bytes_of(const Uuid& uuid) {
  return {reinterpret_cast<const char*>(uuid.bytes.data()), uuid.bytes.size()};
}

/// Writers of two nodes have waited for each other's rows: the same again will go.
bool is_deadlock(const soci::soci_error& error) {
  const auto* postgres = dynamic_cast<const soci::postgresql_soci_error*>(&error);
  constexpr std::string_view kDeadlock = "40P01";
  return postgres != nullptr && postgres->sqlstate() == kDeadlock;
}

/// Failures that are not of one change but of the whole transaction.
bool concerns_transaction(const soci::soci_error& error) {
  return is_connection_lost(error) || is_deadlock(error);
}

/// What the system still holds of a transaction would only reach the database late.
void drop_unsent(PGconn* connection) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  const int socket = PQsocket(connection);
  if (socket >= 0) setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

/// A transaction that has failed answers COMMIT with success, and with ROLLBACK.
bool says_committed(PGresult* answer) { return std::string_view(PQcmdStatus(answer)) == "COMMIT"; }

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

PostgresWriter::PostgresWriter(PostgresAddress address, std::function<void()> committed,
                               NodeId owner)
    : address_(std::move(address)), committed_(std::move(committed)), owner_(owner) {
  connect();
  constexpr std::chrono::hours kForgotten{24 * 30};
  session_->execute("DELETE FROM writer_tickets WHERE used_at < :before", now() - kForgotten);
}

PostgresWriter::~PostgresWriter() {
  // The ticket of what may still be on its way has to stay.
  if (session_ == nullptr || is_in_doubt_) return;
  try {
    session_->execute("DELETE FROM writer_tickets WHERE writer = {uuid :writer}", writer_);
  } catch (const soci::soci_error&) {
    // The row is small and will be cleared away when it is old.
  }
}

void PostgresWriter::connect() {
  session_ = connect_postgres(address_, PostgresRole::writer);
  prepare(*session_, {kBegin, kCommit, kTakeTicket, kSkipTicket, kHoldShards, kHoldAllShards,
                      kIsAlive, kMustBeAlive});
  prepare_sets(*session_);
  applier_ = std::make_unique<PostgresApplier>(*session_);
}

void PostgresWriter::disconnect() {
  if (session_ != nullptr) drop_unsent(session_->postgres());
  applier_.reset();
  session_.reset();
  is_open_ = false;
}

/// Whether the transaction whose COMMIT got no answer has taken effect. Waits while it is at work;
/// if it has not begun, it will fail.
bool PostgresWriter::settle_doubt() {
  std::string number;
  append_int64(number, ticket_ + 2);
  std::string used_at;
  append_int64(used_at, to_micros(now()));
  PostgresPipeline pipeline(*session_);
  pipeline.send(kSkipTicket, {bytes_of(writer_), number, used_at});
  const std::int64_t left = PostgresRows(pipeline.finish().front().get()).number(0, 0);
  const bool has_committed = left == ticket_ + 1;
  ticket_ = left;
  is_in_doubt_ = false;
  if (has_committed) committed_();
  return has_committed;
}

std::vector<Result<Committed>> PostgresWriter::commit(std::span<const Change> changes,
                                                      std::span<const Fences> fences) {
  Batch batch(changes, fences);
  if (changes.empty()) return batch.take_results();
  // What queued up behind a commit that waited in vain must not wait as long once more.
  if (session_ == nullptr && Clock::now() < hopeless_until_) {
    batch.fail_all(fail(ErrorCode::storage_unavailable, "the database cannot be reached"));
    return batch.take_results();
  }
  deadline_ = Clock::now() + (owner_ ? kPatienceOfANode : kPatience);
  return write(batch);
}

std::vector<Result<Committed>> PostgresWriter::write(Batch& batch) {
  std::vector<Result<Committed>> promised;  // by the run that is in doubt, if it is of this batch
  bool careful = false;
  while (true) {
    try {
      commit_sent_ = false;
      if (session_ == nullptr) connect();
      if (is_in_doubt_ && settle_doubt() && !promised.empty()) return promised;
      promised.clear();
      const Outcome outcome = attempt(batch, careful);
      if (outcome == Outcome::committed) {
        ++ticket_;
        committed_();
      }
      if (outcome == Outcome::fenced_off) {
        batch.lose(lost_);
        careful = false;
      } else if (outcome == Outcome::must_be_careful) {
        careful = true;
      } else {
        return batch.take_results();
      }
    } catch (const soci::soci_error& error) {
      const bool lost = session_ == nullptr || is_connection_lost(error);
      if (lost && commit_sent_) {
        promised = batch.results();
        is_in_doubt_ = true;
      }
      if (lost) {
        disconnect();
      } else {
        roll_back();
      }
      const bool settled = !lost && !is_in_doubt_ && !is_deadlock(error);
      if (settled || Clock::now() >= deadline_) {
        if (owner_ && session_ == nullptr) hopeless_until_ = Clock::now() + kHopeless;
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
  Outcome outcome = apply_all(batch, careful);
  if (outcome == Outcome::committed && is_open_) outcome = commit_now(batch);
  if (outcome != Outcome::committed) roll_back();
  return outcome;
}

PostgresWriter::Outcome PostgresWriter::apply_all(Batch& batch, bool careful) {
  const bool is_alone = batch.size() == 1;
  fences_ = owner_ ? batch.fences() : std::vector<Fence>{};
  lost_.clear();
  bool has_written = false;
  std::size_t i = 0;
  while (i < batch.size()) {
    const std::size_t length = careful ? 0 : run_length(batch, i);
    if (length > 0) {
      // One by one they say which of them is wrong, and which shard is lost.
      if (!write_run(batch, i, length)) return Outcome::must_be_careful;
      has_written = true;
      i += length;
      continue;
    }
    if (const Error* error = batch.inherited(i)) {
      batch.set(i, *error);
    } else if (careful && Clock::now() >= deadline_) {
      batch.set(i, fail(ErrorCode::timed_out));
    } else if (const Outcome one = apply_one(batch, i, !is_alone); one != Outcome::committed) {
      return one;
    } else {
      has_written = true;
    }
    ++i;
  }
  return has_written ? Outcome::committed : Outcome::failed;
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

bool PostgresWriter::write_run(Batch& batch, std::size_t first, std::size_t length) {
  if (std::holds_alternative<PostMessage>(batch.change(first))) {
    std::vector<PostInRun> run;
    run.reserve(length);
    for (std::size_t i = first; i < first + length; ++i) {
      run.push_back({std::get_if<PostMessage>(&batch.change(i)), &batch.memo(i)});
    }
    return write_set(posts_, std::span<const PostInRun>(run), first + length == batch.size());
  }
  std::vector<ReadInRun> run;
  run.reserve(length);
  for (std::size_t i = first; i < first + length; ++i) {
    run.push_back({std::get_if<SaveReadState>(&batch.change(i)), &batch.memo(i)});
  }
  return write_set(reads_, std::span<const ReadInRun>(run), first + length == batch.size());
}

/// In one round trip, with the COMMIT if nothing follows.
template <class Set, class Run>
bool PostgresWriter::write_set(Set& set, const Run& run, bool is_last) {
  PostgresPipeline pipeline(*session_);
  if (!is_open_) send_opening(pipeline, Opening::must_hold);
  const Result<Committed> written = guarded_change([&]() -> Result<Committed> {
    auto sent = set.send(pipeline, run);
    if (sent && is_last) {
      commit_sent_ = true;
      pipeline.send(kCommit, {});
    }
    const std::vector<PostgresResult>& results = pipeline.finish();
    if (sent && is_last && !says_committed(results.back().get())) {
      return fail(ErrorCode::internal, "the transaction was rolled back");
    }
    if (sent && is_last) is_open_ = false;
    return sent;
  });
  return written.has_value();
}

PostgresWriter::Outcome PostgresWriter::apply_one(Batch& batch, std::size_t i,
                                                  bool behind_savepoint) {
  if (!is_open_) open_transaction();
  if (!lost_.empty()) return Outcome::fenced_off;
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
  send_opening(pipeline, Opening::look);
  pipeline.finish();
  check_fences(pipeline);
}

void PostgresWriter::send_opening(PostgresPipeline& pipeline, Opening opening) {
  is_open_ = true;
  std::string number;
  append_int64(number, ticket_ + 1);
  std::string used_at;
  append_int64(used_at, to_micros(now()));
  pipeline.send(kBegin, {});
  pipeline.send(kTakeTicket, {bytes_of(writer_), number, used_at});
  if (fences_.empty()) return;
  PostgresArray shards(PostgresArray::Type::int16);
  PostgresArray epochs(PostgresArray::Type::int64);
  for (const Fence& fence : fences_) {
    if (fence.epoch == 0) continue;
    shards.add(static_cast<std::int64_t>(fence.shard));
    epochs.add(fence.epoch);
  }
  const bool looks = opening == Opening::look;
  pipeline.send(looks ? kHoldShards : kHoldAllShards, {shards.bytes(), epochs.bytes()});
  pipeline.send(looks ? kIsAlive : kMustBeAlive, {bytes_of(owner_.value)});
}

/// Of a pipeline that was nothing but send_opening().
void PostgresWriter::check_fences(const PostgresPipeline& pipeline) {
  constexpr std::size_t kHeldAt = 2;
  constexpr std::size_t kAliveAt = 3;
  if (fences_.empty()) return;
  const auto& results = pipeline.results();
  const PostgresRows held(results[kHeldAt].get());
  const bool is_alive = PostgresRows(results[kAliveAt].get()).count() > 0;
  std::set<Fence> ours;
  for (int row = 0; row < held.count(); ++row) {
    ours.insert({static_cast<ShardIndex>(held.number(row, 0)), held.number(row, 1)});
  }
  for (const Fence& fence : fences_) {
    const bool holds = fence.epoch == 0 ? is_alive : ours.contains(fence);
    if (!holds) lost_.push_back(fence);
  }
}

PostgresWriter::Outcome PostgresWriter::commit_now(Batch& batch) {
  commit_sent_ = true;
  PGconn* connection = session_->postgres();
  const PostgresResult result(PQexec(connection, "COMMIT"), PQclear);
  if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) {
    throw_postgres_error(connection, result.get());
  }
  is_open_ = false;
  if (says_committed(result.get())) return Outcome::committed;
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
