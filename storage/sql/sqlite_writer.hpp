#pragma once

#include <functional>
#include <memory>

#include "storage/sql/batch.hpp"
#include "storage/sql/sqlite_applier.hpp"
#include "storage/store.hpp"

namespace confab::storage {

/// Writes to SQLite: one transaction, hence one fsync, per commit(). Not thread-safe.
class SqliteWriter final : public Writer {
 public:
  /// `committed` is called after each transaction.
  SqliteWriter(std::unique_ptr<Session> session, std::function<void()> committed);

  std::vector<Result<Committed>> commit(std::span<const Change> changes,
                                        std::span<const Fences> fences) override;

 private:
  enum class Outcome : std::uint8_t {
    committed,
    must_be_careful,  ///< undone; one by one behind savepoints it will go
    lost,             ///< SQLite has undone the transaction by itself: disk full, I/O error
  };

  Outcome attempt(Batch& batch, bool careful);
  Outcome apply(Batch& batch, std::size_t i, bool careful);
  Result<Committed> apply_guarded(Batch& batch, std::size_t i);
  void roll_back();
  bool transaction_is_gone();

  std::unique_ptr<Session> session_;
  std::function<void()> committed_;
  SqliteApplier applier_;
  SqliteStatement begin_;
  SqliteStatement commit_;
  SqliteStatement savepoint_;
  SqliteStatement release_;
  SqliteStatement back_to_savepoint_;
};

}  // namespace confab::storage
