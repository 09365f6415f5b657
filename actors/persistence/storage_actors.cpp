#include "actors/persistence/storage_actors.hpp"

#include <algorithm>
#include <deque>
#include <mutex>
#include <shared_mutex>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/blocking_actor.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>

#include "actors/guard.hpp"
#include "actors/type_ids.hpp"
#include "config/metrics.hpp"

namespace confab::actors {

namespace {

// More changes than this in one transaction would only make the first of them wait longer.
constexpr std::size_t kMaxBatch = 1000;

/// What an operator wants to know of commits.
struct CommitMetrics {
  metrics::Histogram batch_size = metrics::histogram(
      "confab_commit_batch_size", "Changes written by one commit.", metrics::size_buckets());
  metrics::Histogram seconds =
      metrics::histogram("confab_commit_seconds", "Time from BEGIN to the return of COMMIT.",
                         metrics::latency_buckets());
};

bool leaves_events(const storage::Change& change) {
  return std::visit(
      [](const auto& one) {
        using T = std::decay_t<decltype(one)>;
        return storage::kLeavesEvents<T>;
      },
      change);
}

/// Whether what other nodes remember of an account or a login may be over.
bool changes_accounts(const storage::Change& change) {
  return std::holds_alternative<storage::UpdateUser>(change) ||
         std::holds_alternative<storage::HideUser>(change) ||
         std::holds_alternative<storage::EndLogin>(change) ||
         std::holds_alternative<storage::EndLoginsOf>(change);
}

/// New messages among what was committed.
std::uint64_t count_posts(const std::vector<storage::Change>& changes,
                          const std::vector<Result<storage::Committed>>& results) {
  std::uint64_t posts = 0;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const bool is_post = std::holds_alternative<storage::PostMessage>(changes[i]);
    if (is_post && results[i].has_value()) ++posts;
  }
  return posts;
}

std::uint64_t count_fenced(const std::vector<Result<storage::Committed>>& results) {
  return static_cast<std::uint64_t>(
      std::count_if(results.begin(), results.end(), [](const Result<storage::Committed>& result) {
        return result.has_error() && result.error().code == ErrorCode::shard_lost;
      }));
}

/// Commits whatever has queued up while the last commit ran.
void write_in_groups(caf::blocking_actor* self, storage::Writer* writer,
                     StatisticsBoard* statistics, const AfterCommit& after) {
  CommitMetrics metrics;
  std::vector<storage::Change> changes;
  std::vector<storage::Fences> fences;
  std::vector<std::function<void(Result<storage::Committed>)>> continuations;
  bool running = true;
  auto on_change = [&](StoreChange& job) {
    changes.push_back(std::move(job.change));
    fences.push_back(std::move(job.fences));
    continuations.push_back(std::move(job.done));
  };
  auto on_exit = [&](caf::exit_msg&) { running = false; };

  for (;;) {
    if (running) self->receive(on_change, on_exit);
    bool more = true;
    while (more && changes.size() < kMaxBatch) {
      self->receive(
          on_change, on_exit, caf::after(std::chrono::seconds(0)) >> [&] { more = false; });
    }
    if (changes.empty()) {
      if (!running) return;
      continue;
    }
    auto started = std::chrono::steady_clock::now();
    std::vector<Result<storage::Committed>> results = writer->commit(changes, fences);
    std::chrono::duration<double> taken = std::chrono::steady_clock::now() - started;
    metrics.seconds.observe(taken.count());
    statistics->committed(storage::now(),
                          std::chrono::duration_cast<std::chrono::microseconds>(taken),
                          count_posts(changes, results));
    statistics->fenced(count_fenced(results));
    metrics.batch_size.observe(static_cast<double>(changes.size()));
    for (std::size_t i = 0; i < continuations.size(); ++i) {
      guard("writer", [&] { continuations[i](std::move(results[i])); });
    }
    if (std::any_of(changes.begin(), changes.end(), leaves_events)) after.log_grew();
    if (std::any_of(changes.begin(), changes.end(), changes_accounts)) after.accounts_changed();
    changes.clear();
    fences.clear();
    continuations.clear();
  }
}

void read_on_demand(caf::blocking_actor* self, storage::Reader* reader,
                    const caf::actor& dispatcher, std::size_t worker) {
  bool running = true;
  while (running) {
    self->receive(
        [&](RunQuery& query) {
          guard("reader", [&] { query.run(reader); });
          self->send(dispatcher, WorkDone{worker});
        },
        [&](caf::exit_msg&) { running = false; });
  }
}

/// Hands queries to readers that are free: no query waits behind a slow one while a reader idles.
struct ReadDispatcher {
  static inline const char* name = "read-dispatcher";
  std::vector<caf::actor> workers;
  std::vector<std::size_t> idle;
  std::deque<RunQuery> waiting;

  void submit(RunQuery query) {
    if (idle.empty()) {
      waiting.push_back(std::move(query));
      return;
    }
    caf::anon_send(workers[idle.back()], std::move(query));
    idle.pop_back();
  }

  void finished(std::size_t worker) {
    if (waiting.empty()) {
      idle.push_back(worker);
      return;
    }
    caf::anon_send(workers[worker], std::move(waiting.front()));
    waiting.pop_front();
  }
};

caf::behavior dispatch_reads(caf::stateful_actor<ReadDispatcher>* self,
                             const std::vector<std::unique_ptr<storage::Reader>>* readers) {
  for (std::size_t i = 0; i < readers->size(); ++i) {
    storage::Reader* reader = (*readers)[i].get();
    caf::actor dispatcher = self;
    self->state.workers.push_back(
        self->spawn<caf::detached>(read_on_demand, reader, dispatcher, i));
    self->state.idle.push_back(i);
  }
  self->set_exit_handler([self](caf::exit_msg& message) {
    for (const caf::actor& worker : self->state.workers) {
      caf::anon_send_exit(worker, caf::exit_reason::user_shutdown);
    }
    self->state.workers.clear();
    self->state.waiting.clear();
    self->quit(message.reason);
  });
  return {[self](RunQuery& query) { self->state.submit(std::move(query)); },
          [self](const WorkDone& done) { self->state.finished(done.worker); }};
}

}  // namespace

struct StorageActors::Impl {
  caf::actor_system& system;
  storage::Store& store;
  StatisticsBoard& statistics;
  std::unique_ptr<storage::Writer> writer_connection;
  std::vector<std::unique_ptr<storage::Reader>> reader_connections;
  std::shared_mutex handles;  ///< stop() takes the handles away while others may be sending
  AfterCommit after;
  caf::actor writer;
  caf::actor readers;
};

StorageActors::StorageActors(caf::actor_system& system, storage::Store& store,
                             StatisticsBoard& statistics, AfterCommit after)
    : impl_(new Impl{
          system, store, statistics, nullptr, {}, {}, std::move(after), nullptr, nullptr}) {}

StorageActors::~StorageActors() = default;

Result<bool> StorageActors::start(unsigned readers, storage::NodeId node) {
  BOOST_OUTCOME_TRY(writer, impl_->store.open_writer(node));
  impl_->writer_connection = std::move(writer);
  for (unsigned i = 0; i < readers; ++i) {
    BOOST_OUTCOME_TRY(reader, impl_->store.open_reader());
    impl_->reader_connections.push_back(std::move(reader));
  }
  impl_->writer = impl_->system.spawn<caf::detached>(
      write_in_groups, impl_->writer_connection.get(), &impl_->statistics, impl_->after);
  impl_->readers = impl_->system.spawn(dispatch_reads, &impl_->reader_connections);
  return true;
}

void StorageActors::stop() {
  std::unique_lock lock(impl_->handles);
  caf::anon_send_exit(impl_->writer, caf::exit_reason::user_shutdown);
  caf::anon_send_exit(impl_->readers, caf::exit_reason::user_shutdown);
  // A held handle would keep the detached thread, and with it the actor system, alive.
  impl_->writer = nullptr;
  impl_->readers = nullptr;
}

void StorageActors::commit(storage::Change change, storage::Fences fences,
                           std::function<void(Result<Committed>)> done) {
  impl_->store.prepare(change);
  std::shared_lock lock(impl_->handles);
  if (impl_->writer) {
    caf::anon_send(impl_->writer,
                   StoreChange{std::move(change), std::move(fences), std::move(done)});
  }
}

void StorageActors::submit(ReadJob job) {
  std::shared_lock lock(impl_->handles);
  if (impl_->readers) caf::anon_send(impl_->readers, RunQuery{std::move(job)});
}

}  // namespace confab::actors
