#include "actors/cluster/forwarder.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include "config/metrics.hpp"

namespace confab::actors::cluster {

namespace {

constexpr std::size_t kMostCalls = 1000;
constexpr std::size_t kMostWaiting = 20'000;   ///< for an owner, or a connection
constexpr std::size_t kMostOutcomes = 10'000;  ///< kept for attempts that come late
constexpr std::size_t kMostBytes = 32 * 1024 * 1024;
constexpr Moment kSweep{20};

struct ForwarderMetrics {
  metrics::Counter forwarded =
      metrics::counter("confab_cluster_forwarded_total", "Calls sent to the owner of their shard.");
  metrics::Counter served =
      metrics::counter("confab_cluster_served_total", "Calls served for other nodes.");
  metrics::Counter repeated =
      metrics::counter("confab_cluster_repeated_total", "Calls that had to be sent again.");
  metrics::Counter given_up =
      metrics::counter("confab_cluster_given_up_total", "Calls not answered within the budget.");
};

const ForwarderMetrics& forwarder_metrics() {
  static const ForwarderMetrics metrics;
  return metrics;
}

/// Numbers of an earlier process under the same name must not mean anything to this one.
std::uint64_t first_id() {
  std::random_device random;
  return (std::uint64_t{random()} << 24U) + 1;
}

}  // namespace

struct Forwarder::Journey {
  ForwardedCall call;
  std::function<void(Result<std::string>)> reply;
  Moment deadline{};
  Moment attempt_ends{};
  NodeId to;
  bool is_resent = false;  ///< though an earlier attempt may have done it
};

Forwarder::Forwarder(NodeId self, const ShardTable& table, ForwarderHooks hooks,
                     ForwarderTimes times)
    : self_(self),
      table_(table),
      hooks_(std::move(hooks)),
      times_(times),
      next_id_(first_id()),
      thread_([this] { run(); }) {}

Forwarder::~Forwarder() { stop(); }

void Forwarder::stop() {
  std::vector<JourneyRef> refused;
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const auto& [id, journey] : under_way_) refused.push_back(journey);
    for (const auto& [when, journey] : waiting_) refused.push_back(journey);
    under_way_.clear();
    waiting_.clear();
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  for (const JourneyRef& journey : refused) journey->reply(fail(ErrorCode::overloaded));
}

void Forwarder::forward(ForwardedCall call, std::function<void(Result<std::string>)> reply) {
  auto journey = std::make_shared<Journey>();
  journey->call = std::move(call);
  journey->reply = std::move(reply);
  journey->deadline = boot_time() + times_.budget;
  forwarder_metrics().forwarded.add();
  attempt(journey);
}

void Forwarder::attempt(const JourneyRef& journey) {
  if (boot_time() >= journey->deadline) {
    forwarder_metrics().given_up.add();
    return journey->reply(fail(ErrorCode::overloaded, "nobody owned it in time"));
  }
  const ShardIndex shard = journey->call.shard;
  if (const auto fence = table_.serving(shard)) {
    return serve_once(*fence, journey->call, [this, journey](EnvelopeReply reply) {
      conclude(journey, std::move(reply));
    });
  }
  const storage::ShardOwner owner = table_.owner(shard);
  if (!owner.owner || owner.owner == self_) return try_again(journey);
  send(journey, owner);
}

void Forwarder::send(const JourneyRef& journey, const storage::ShardOwner& owner) {
  const Moment now = boot_time();
  // What must not be sent twice is given all the time there is: the owner may only be slow.
  const Moment whole = journey->deadline - now;
  const Moment left = journey->call.is_repeatable ? std::min(whole, times_.attempt) : whole;
  const Envelope envelope{owner.epoch, now.count(), static_cast<std::uint32_t>(left.count()),
                          journey->call};
  const std::string bytes = encode(envelope);
  std::uint64_t id = 0;
  {
    std::lock_guard lock(mutex_);
    Load& load = loads_[owner.owner];
    if (!stopping_ && load.calls < kMostCalls && load.bytes < kMostBytes) {
      id = next_id_++;
      ++load.calls;
      load.bytes += journey->call.body.size();
      journey->to = owner.owner;
      journey->attempt_ends = now + left;
      under_way_.emplace(id, journey);
    }
  }
  if (id == 0) return wait(journey);  // until some of what is under way there has come back
  changed_.notify_one();
  if (!hooks_.send(owner.owner, id, false, bytes) && take(id) != nullptr) try_again(journey);
}

Forwarder::JourneyRef Forwarder::take(std::uint64_t id, std::optional<NodeId> from) {
  std::lock_guard lock(mutex_);
  const auto found = under_way_.find(id);
  if (found == under_way_.end() || (from && found->second->to != *from)) return nullptr;
  JourneyRef journey = std::move(found->second);
  under_way_.erase(found);
  Load& load = loads_[journey->to];
  --load.calls;
  load.bytes -= journey->call.body.size();
  return journey;
}

void Forwarder::conclude(const JourneyRef& journey, EnvelopeReply reply) {
  switch (reply.verdict) {
    case Verdict::done:
      return journey->reply(std::move(reply.body));
    case Verdict::failed:
      // An earlier attempt of the same call is still at work.
      if (journey->is_resent && reply.error.code == ErrorCode::idempotency_running) break;
      return journey->reply(std::move(reply.error));
    case Verdict::not_owner:
      break;
  }
  try_again(journey);
}

void Forwarder::outcome_unknown(const JourneyRef& journey) {
  if (journey->call.is_repeatable) {
    journey->is_resent = true;
    return try_again(journey);
  }
  forwarder_metrics().given_up.add();
  journey->reply(fail(ErrorCode::timed_out, "the owner did not answer"));
}

void Forwarder::try_again(const JourneyRef& journey) {
  forwarder_metrics().repeated.add();
  hooks_.doubt();
  wait(journey);
}

void Forwarder::wait(const JourneyRef& journey) {
  bool refuses = false;
  {
    std::lock_guard lock(mutex_);
    refuses = stopping_ || waiting_.size() >= kMostWaiting;
    if (!refuses) waiting_.emplace(boot_time() + times_.pause, journey);
  }
  if (refuses) return journey->reply(fail(ErrorCode::overloaded));
  changed_.notify_one();
}

void Forwarder::received(NodeId from, std::uint64_t id, bool is_reply, const std::string& bytes) {
  if (is_reply) {
    auto reply = decode_reply(bytes);
    const JourneyRef journey = take(id, from);
    if (!journey) return;  // It came too late.
    if (!reply) return outcome_unknown(journey);
    return conclude(journey, std::move(*reply));
  }
  if (auto envelope = decode_envelope(bytes)) serve(from, id, std::move(*envelope));
}

void Forwarder::serve(NodeId from, std::uint64_t id, Envelope envelope) {
  auto answer = [this, from, id](const EnvelopeReply& reply) {
    hooks_.send(from, id, true, encode(reply));
  };
  // What was held up on its way must not be done after its sender has given it up: whoever asked
  // may have asked for something else since.
  const Moment deadline =
      boot_time() + Moment(envelope.milliseconds) - hooks_.time_lost(from, Moment(envelope.sent));
  auto serve_now = [this, answer, deadline, call = envelope.call](const Result<bool>& allowed) {
    if (!allowed.has_value()) return answer({Verdict::failed, allowed.error(), {}});
    const auto fence = table_.serving(call.shard);
    if (!fence) return answer({Verdict::not_owner, {}, {}});
    if (boot_time() >= deadline) {
      return answer({Verdict::failed, fail(ErrorCode::timed_out), {}});
    }
    forwarder_metrics().served.add();
    serve_once(*fence, call, answer);
  };
  if (!table_.serving(envelope.call.shard)) return answer({Verdict::not_owner, {}, {}});
  if (!envelope.call.user) return serve_now(true);
  hooks_.authorise(envelope.call.user, envelope.call.role, serve_now);
}

/// An attempt that is still at work answers the next one too, and one that is done for as long as
/// another may come: the next would find the key taken.
void Forwarder::serve_once(storage::Fence fence, const ForwardedCall& call,
                           std::function<void(EnvelopeReply)> reply) {
  if (call.retry_key.empty()) return hooks_.serve(fence, call, std::move(reply));
  const RunningCall key{call.user, call.kind, call.retry_key, call.body};
  std::optional<EnvelopeReply> outcome;
  {
    std::lock_guard lock(mutex_);
    forget_outcomes();
    Served& served = served_[key];
    outcome = served.outcome;
    if (!outcome) {
      served.waiting.push_back(std::move(reply));
      if (served.waiting.size() > 1) return;
    }
  }
  if (outcome) return reply(*outcome);
  hooks_.serve(fence, call, [this, key](const EnvelopeReply& answer) { served(key, answer); });
}

void Forwarder::served(const RunningCall& key, const EnvelopeReply& outcome) {
  std::vector<std::function<void(EnvelopeReply)>> waiting;
  {
    std::lock_guard lock(mutex_);
    const auto found = served_.find(key);
    if (found == served_.end()) return;
    waiting = std::move(found->second.waiting);
    if (outcome.verdict == Verdict::done) {
      found->second.outcome = outcome;
      outcomes_.emplace_back(boot_time() + times_.budget, key);
    } else {
      served_.erase(found);
    }
  }
  for (const auto& answer : waiting) answer(outcome);
}

/// With the lock held.
void Forwarder::forget_outcomes() {
  const Moment now = boot_time();
  while (!outcomes_.empty() &&
         (outcomes_.front().first <= now || outcomes_.size() > kMostOutcomes)) {
    served_.erase(outcomes_.front().second);
    outcomes_.pop_front();
  }
}

void Forwarder::lost(NodeId peer) {
  std::vector<std::uint64_t> ids;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [id, journey] : under_way_) {
      if (journey->to == peer) ids.push_back(id);
    }
  }
  for (const std::uint64_t id : ids) {
    if (const JourneyRef journey = take(id)) outcome_unknown(journey);
  }
}

void Forwarder::run() {
  while (true) {
    std::vector<JourneyRef> due;
    std::vector<std::uint64_t> late;
    {
      std::unique_lock lock(mutex_);
      if (under_way_.empty() && waiting_.empty()) {
        changed_.wait(lock,
                      [this] { return stopping_ || !under_way_.empty() || !waiting_.empty(); });
      } else {
        changed_.wait_for(lock, kSweep, [this] { return stopping_; });
      }
      if (stopping_) return;
      const Moment now = boot_time();
      while (!waiting_.empty() && waiting_.begin()->first <= now) {
        due.push_back(std::move(waiting_.begin()->second));
        waiting_.erase(waiting_.begin());
      }
      for (const auto& [id, journey] : under_way_) {
        if (journey->attempt_ends <= now) late.push_back(id);
      }
    }
    for (const JourneyRef& journey : due) attempt(journey);
    for (const std::uint64_t id : late) {
      if (const JourneyRef journey = take(id)) outcome_unknown(journey);
    }
  }
}

}  // namespace confab::actors::cluster
