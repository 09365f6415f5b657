#pragma once

#include <exception>
#include <functional>
#include <utility>

#include "actors/answer.hpp"
#include "config/log.hpp"
#include "storage/store.hpp"

namespace confab::actors {

/// The way to the database. Thread-safe. Jobs and their continuations stay within the process.
///
/// Continuations run on whatever thread has the result: an actor hands them back to itself (see
/// mailbox.hpp), everyone else must not block in them. Each is called at most once; where it cannot
/// be called any more it is destroyed, so that every Answer in it delivers `overloaded`.
class Persistence {
 public:
  using Committed = storage::Committed;
  using ReadJob = std::function<void(Result<storage::Reader*>)>;

  virtual ~Persistence() = default;

  /// Writes one change; `done` is called after COMMIT. Changes handed over by one thread are
  /// applied in that order.
  void commit(storage::Change change, std::function<void(Result<Committed>)> done) {
    commit(std::move(change), storage::Fences{}, std::move(done));
  }

  /// The same for a change that was decided on by the owners of shards (see storage::Fence).
  virtual void commit(storage::Change change, storage::Fences fences,
                      std::function<void(Result<Committed>)> done) = 0;
  void commit(storage::Change change, storage::Fence fence,
              std::function<void(Result<Committed>)> done) {
    commit(std::move(change), storage::fences_of(fence), std::move(done));
  }

  /// Runs `query` with a reading connection and passes on what it gives.
  template <class T>
  void read(std::function<Result<T>(storage::Reader&)> query, std::function<void(Result<T>)> done) {
    submit([query = std::move(query), done = std::move(done)](Result<storage::Reader*> reader) {
      done(reader.has_value() ? outcome_of<T>(query, *reader.value()) : Result<T>(reader.error()));
    });
  }

 protected:
  virtual void submit(ReadJob job) = 0;

 private:
  /// Whoever waits for a query hears of its end even if that is an exception (no memory, say).
  template <class T>
  static Result<T> outcome_of(const std::function<Result<T>(storage::Reader&)>& query,
                              storage::Reader& reader) {
    try {
      return query(reader);
    } catch (const std::exception& error) {
      log::error("query_failed", {{"what", error.what()}});
      return fail(ErrorCode::internal, error.what());
    }
  }
};

}  // namespace confab::actors
