#include "actors/auth/hash_pool.hpp"

#include <cerrno>
#include <memory>
#include <utility>

#include <caf/actor_system.hpp>
#include <caf/blocking_actor.hpp>
#include <caf/send.hpp>
#include <unistd.h>

#include "actors/guard.hpp"

namespace confab::actors {

namespace {

constexpr const char* kName = "password-hasher";
constexpr int kNiceness = 10;

void work_until_told(caf::blocking_actor* self, int niceness) {
  // On Linux this concerns the calling thread alone. If it is refused, work goes on as before.
  if (nice(niceness) == -1) errno = 0;
  bool running = true;
  while (running) {
    self->receive([](Resume& job) { guard(kName, *job.run); },
                  [&running](caf::exit_msg&) { running = false; });
  }
}

/// No as well if it cannot say: the job's requests are refused when it is dropped.
bool is_admitted(const HashPool::Job& job) {
  bool admitted = false;
  guard(kName, [&] { admitted = job.admit(); });
  return admitted;
}

}  // namespace

HashPool::HashPool(caf::actor_system& system, Authenticator owner, std::size_t workers,
                   std::size_t most_waiting)
    : owner_(std::move(owner)),
      most_waiting_(most_waiting),
      waiting_metric_(
          metrics::gauge("confab_password_jobs_waiting", "Passwords that wait to be hashed.")) {
  for (std::size_t i = 0; i < workers; ++i) {
    workers_.push_back(system.spawn<caf::detached>(work_until_told, kNiceness));
    idle_.push_back(i);
  }
}

HashPool::~HashPool() {
  for (const caf::actor& worker : workers_) {
    caf::anon_send_exit(worker, caf::exit_reason::user_shutdown);
  }
}

bool HashPool::submit(Job job) {
  if (!idle_.empty()) {
    if (is_admitted(job) && run(idle_.back(), std::move(job))) idle_.pop_back();
    return true;
  }
  if (waiting_.size() >= most_waiting_) return false;
  waiting_.push_back(std::move(job));
  waiting_metric_.set(static_cast<double>(waiting_.size()));
  return true;
}

bool HashPool::run(std::size_t worker, Job job) {
  auto work = [this, worker, owner = owner_, work = std::move(job.work)] {
    std::function<void()> continuation = [] {};
    guard(kName, [&] { continuation = work(); });
    auto resume_owner = [this, worker, continuation = std::move(continuation)] {
      // First the outcome: the next job's admission may depend on it.
      guard(kName, continuation);
      finished(worker);
    };
    caf::anon_send(owner, Resume{std::make_shared<std::function<void()>>(std::move(resume_owner))});
  };
  bool is_sent = false;
  guard(kName, [&] {
    caf::anon_send(workers_[worker],
                   Resume{std::make_shared<std::function<void()>>(std::move(work))});
    is_sent = true;
  });
  return is_sent;
}

void HashPool::finished(std::size_t worker) {
  while (!waiting_.empty()) {
    Job job = std::move(waiting_.front());
    waiting_.pop_front();
    waiting_metric_.set(static_cast<double>(waiting_.size()));
    if (is_admitted(job) && run(worker, std::move(job))) return;
  }
  idle_.push_back(worker);
}

}  // namespace confab::actors
