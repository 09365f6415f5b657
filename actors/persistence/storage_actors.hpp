#pragma once

#include <functional>
#include <memory>

#include "actors/boards/statistics_board.hpp"
#include "actors/persistence/persistence.hpp"

namespace caf {
class actor_system;
}

namespace confab::actors {

/// The way to the database by actors of its own: one detached writer that commits in groups
/// (whatever is queued while a commit runs goes into the next one), and a fixed set of detached
/// readers. The store and the board, which is told of every commit, must outlive it.
class StorageActors : public Persistence {
 public:
  /// `log_grew` is called after each commit that left events, when the changes' continuations have
  /// been; it must not block.
  StorageActors(caf::actor_system& system, storage::Store& store, StatisticsBoard& statistics,
                std::function<void()> log_grew);
  ~StorageActors() override;
  StorageActors(const StorageActors&) = delete;
  StorageActors& operator=(const StorageActors&) = delete;

  /// Opens one writing and `readers` reading connections and starts their actors.
  Result<bool> start(unsigned readers);

  /// Commits what is queued, then ends the actors.
  void stop();

  void commit(storage::Change change, std::function<void(Result<Committed>)> done) override;

 protected:
  void submit(ReadJob job) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace confab::actors
