#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <vector>

#include <caf/actor.hpp>

#include "actors/interfaces.hpp"
#include "config/metrics.hpp"

namespace caf {
class actor_system;
}

namespace confab::actors {

/// Detached workers that hash passwords, fed one job at a time. Belongs to one actor and is used
/// within it alone; only Job::work runs elsewhere. Ends its workers when it dies.
///
/// Workers run at low priority, so that a storm of logins leaves the processors to everybody else.
class HashPool {
 public:
  /// What is left to do within the owner when the work is done.
  using Continuation = std::function<void()>;

  struct Job {
    std::function<bool()> admit;         ///< asked in the owner in its turn; no or thrown: dropped
    std::function<Continuation()> work;  ///< runs on a worker; if it throws, nothing follows
  };

  /// `most_waiting` jobs may queue up beyond those that run.
  HashPool(caf::actor_system& system, Authenticator owner, std::size_t workers,
           std::size_t most_waiting);
  ~HashPool();
  HashPool(const HashPool&) = delete;
  HashPool& operator=(const HashPool&) = delete;

  /// False if too many are waiting already; the job is dropped then.
  bool submit(Job job);

 private:
  /// False, and the job dropped, if it could not be handed over.
  bool run(std::size_t worker, Job job);
  void finished(std::size_t worker);

  Authenticator owner_;
  std::size_t most_waiting_;
  std::vector<caf::actor> workers_;
  std::vector<std::size_t> idle_;
  std::deque<Job> waiting_;
  metrics::Gauge waiting_metric_;
};

}  // namespace confab::actors
