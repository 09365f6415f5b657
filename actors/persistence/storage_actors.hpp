#pragma once

#include <memory>

#include "actors/persistence/persistence.hpp"

namespace caf {
class actor_system;
}

namespace confab::actors {

/// The way to the database by actors of its own: one detached writer that commits in groups
/// (whatever is queued while a commit runs goes into the next one), and a fixed set of detached
/// readers. The store must outlive it.
class StorageActors : public Persistence {
 public:
  StorageActors(caf::actor_system& system, storage::Store& store);
  ~StorageActors() override;
  StorageActors(const StorageActors&) = delete;
  StorageActors& operator=(const StorageActors&) = delete;

  /// Opens one writing and `readers` reading connections and starts their actors.
  /// `node`: in whose name fenced changes are written; none: this process is alone.
  Result<bool> start(unsigned readers, storage::NodeId node = {});

  /// Commits what is queued, then ends the actors.
  void stop();

  using Persistence::commit;
  void commit(storage::Change change, storage::Fence fence,
              std::function<void(Result<Committed>)> done) override;

 protected:
  void submit(ReadJob job) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace confab::actors
