#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "storage/sql/batch.hpp"
#include "storage/sql/postgres_applier.hpp"
#include "storage/sql/postgres_connection.hpp"
#include "storage/sql/postgres_sets.hpp"
#include "storage/store.hpp"

namespace confab::storage {

/// Writes to PostgreSQL: one transaction, hence one fsync, per commit(). Not thread-safe.
///
/// Each transaction begins by moving this writer's ticket (a row of its own) on by one, and fails
/// if the ticket is not the one before. After a COMMIT that got no answer, the next connection
/// begins by looking at the ticket. Has it moved, the transaction took effect. Otherwise the ticket
/// is moved past it, so that it fails wherever it may still be on its way, and is run again. While
/// it is at work, the look waits for it. So the outcome of every change, whatever its kind, is
/// known, none is applied twice, and none late. Where patience ends first, the changes fail with
/// storage_unavailable, and the look comes before whatever is written next.
///
/// Changes with a fence are written only if the row of their shard still says what they were
/// decided under. That row is locked along with BEGIN; whoever wants to take the shard waits for
/// the COMMIT. If it says something else, the transaction is run again without the changes of that
/// shard.
///
/// Posts and read states, with BEGIN, the fences and COMMIT, are one round trip: whatever must stop
/// the COMMIT is a statement that fails. The transaction is then run again one change at a time, to
/// find out which.
class PostgresWriter final : public Writer {
 public:
  /// Connects; throws soci::soci_error. `committed` is called after each transaction.
  PostgresWriter(PostgresAddress address, std::function<void()> committed, NodeId owner = {});
  ~PostgresWriter() override;

  std::vector<Result<Committed>> commit(std::span<const Change> changes,
                                        std::span<const Fences> fences) override;

 private:
  enum class Outcome : std::uint8_t {
    committed,
    must_be_careful,  ///< undone; one by one behind savepoints it will go
    fenced_off,       ///< undone; some shards are lost, the batch knows which
    failed,           ///< undone; the results say why
  };
  /// Shards that are lost can be looked at, or make the transaction fail.
  enum class Opening : std::uint8_t { look, must_hold };
  using Clock = std::chrono::steady_clock;

  void connect();
  void disconnect();
  bool settle_doubt();
  std::vector<Result<Committed>> write(Batch& batch);

  Outcome attempt(Batch& batch, bool careful);
  Outcome apply_all(Batch& batch, bool careful);
  std::size_t run_length(const Batch& batch, std::size_t first) const;
  bool write_run(Batch& batch, std::size_t first, std::size_t length);
  template <class Set, class Run>
  bool write_set(Set& set, const Run& run, bool is_last);
  Outcome apply_one(Batch& batch, std::size_t i, bool behind_savepoint);
  void open_transaction();
  void send_opening(PostgresPipeline& pipeline, Opening opening);
  void check_fences(const PostgresPipeline& pipeline);
  Outcome commit_now(Batch& batch);
  void roll_back();

  PostgresAddress address_;
  std::function<void()> committed_;
  NodeId owner_;
  const Uuid writer_ = make_uuid7();
  std::int64_t ticket_ = 0;   ///< of the transaction that took effect last, or was skipped
  bool is_in_doubt_ = false;  ///< whether the one after that has taken effect
  bool is_open_ = false;      ///< a transaction
  bool commit_sent_ = false;  ///< of the current run: from here on it may take effect
  Clock::time_point deadline_;
  Clock::time_point hopeless_until_;  ///< of a node: the database has just not been reached
  std::vector<Fence> fences_;         ///< that the current run depends on
  std::vector<Fence> lost_;           ///< of these, the ones found lost

  std::unique_ptr<Session> session_;
  std::unique_ptr<PostgresApplier> applier_;
  PostSet posts_;
  ReadSet reads_;
};

}  // namespace confab::storage
