#pragma once

#include <functional>
#include <memory>

#include "actors/boards/statistics_board.hpp"
#include "actors/persistence/persistence.hpp"

namespace caf {
class actor_system;
}

namespace confab::actors {

/// Called after a commit, when the changes' continuations have been, on the writer's thread: must
/// not block.
struct AfterCommit {
  std::function<void()> log_grew = [] {};  ///< it left events
  std::function<void()> accounts_changed = [] {
  };  ///< somebody's name or rights, or an end of logins
};

/// The way to the database by actors of its own: one detached writer that commits in groups
/// (whatever is queued while a commit runs goes into the next one), and a fixed set of detached
/// readers. The store and the board, which is told of every commit, must outlive it.
class StorageActors : public Persistence {
 public:
  StorageActors(caf::actor_system& system, storage::Store& store, StatisticsBoard& statistics,
                AfterCommit after = {});
  ~StorageActors() override;
  StorageActors(const StorageActors&) = delete;
  StorageActors& operator=(const StorageActors&) = delete;

  /// Opens one writing and `readers` reading connections and starts their actors.
  /// `node`: in whose name fenced changes are written; none: this process is alone.
  Result<bool> start(unsigned readers, storage::NodeId node = {});

  /// Commits what is queued, then ends the actors.
  void stop();

  using Persistence::commit;
  void commit(storage::Change change, storage::Fences fences,
              std::function<void(Result<Committed>)> done) override;

 protected:
  void submit(ReadJob job) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace confab::actors
