#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "actors/answer.hpp"
#include "storage/store.hpp"

namespace caf {
class actor_system;
}

namespace confab::actors {

/// The way to the database: one detached writer actor that commits in groups, and a fixed set of
/// detached reader actors. Thread-safe. Jobs and their continuations stay within the process.
///
/// Continuations run on a storage thread: an actor hands them back to itself (see Mailbox), everyone
/// else must not block in them. Each is called at most once; after stop() they are destroyed uncalled, so that
/// every Answer in them delivers `overloaded`.
class Persistence {
 public:
  using Committed = storage::Committed;
  using ReadJob = std::function<void(Result<storage::Reader*>)>;

  Persistence(caf::actor_system& system, storage::Store& store);
  ~Persistence();
  Persistence(const Persistence&) = delete;
  Persistence& operator=(const Persistence&) = delete;

  /// Opens one writing and `readers` reading connections and starts their actors.
  Result<bool> start(unsigned readers);

  /// Commits what is queued, then ends the actors.
  void stop();

  /// Writes one change; `done` is called after COMMIT. Whatever is queued while a commit runs goes
  /// into the next one. Changes handed over by one thread are applied in that order.
  void commit(storage::Change change, std::function<void(Result<Committed>)> done);

  /// Runs `query` with a reading connection and passes on what it gives.
  template <class T>
  void read(std::function<Result<T>(storage::Reader&)> query, std::function<void(Result<T>)> done) {
    submit([query = std::move(query), done = std::move(done)](Result<storage::Reader*> reader) {
      if (reader.has_value()) {
        done(query(*reader.value()));
      } else {
        done(reader.error());
      }
    });
  }

 private:
  struct Impl;
  void submit(ReadJob job);
  std::unique_ptr<Impl> impl_;
};

}  // namespace confab::actors
