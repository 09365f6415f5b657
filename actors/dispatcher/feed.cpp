#include <algorithm>
#include <utility>

#include "actors/dispatcher/dispatcher_host.hpp"
#include "actors/mailbox.hpp"
#include "actors/rules/membership_timeline.hpp"
#include "config/log.hpp"
#include "config/metrics.hpp"

// The log's tail, read once for everybody.

namespace confab::actors {

using storage::Event;
using storage::EventKind;
using storage::EventPlace;

namespace {

// So few that what one listener gets at once stays below what a connection may hold back.
constexpr std::uint32_t kEventsPerRead = 100;
constexpr std::size_t kJoinsPerRead = 200;
constexpr std::uint32_t kEventsPerJoin = 20;
constexpr std::chrono::milliseconds kPauseWhenHeldBack{5};

struct FeedMetrics {
  metrics::Counter delivered =
      metrics::counter("confab_events_delivered_total", "Events carried to streams.");
  metrics::Counter notifications = metrics::counter(
      "confab_notifications_delivered_total", "Notifications carried to users who are there.");
  metrics::Histogram delay = metrics::histogram(
      "confab_event_delay_seconds", "Time from a change to the push of its event to the streams.",
      metrics::latency_buckets());
};

const FeedMetrics& feed_metrics() {
  static const FeedMetrics metrics;
  return metrics;
}

void observe_delay(const Event& event) {
  const std::chrono::duration<double> delay = storage::now() - event.at;
  feed_metrics().delay.observe(delay.count());
}

}  // namespace

void DispatcherHost::receive(const LogGrew&) { read_tail(); }

void DispatcherHost::read_tail() {
  if (busy_) {
    again_ = true;
    return;
  }
  if (roster_.empty()) reached_.reset();
  context_->bell.listen(!streams_.empty());
  if (!reached_ && joining_.empty()) return;
  busy_ = true;
  again_ = false;
  context_->bell.rearm();

  storage::TailQuery query{reached_, kEventsPerRead, {}, kEventsPerJoin};
  std::vector<StreamId> joining;
  std::vector<UserId> users;
  while (!joining_.empty() && joining.size() < kJoinsPerRead) {
    const StreamId id = joining_.front();
    joining_.pop_front();
    const Stream* stream = find(id);
    if (stream == nullptr) continue;
    joining.push_back(id);
    users.push_back(stream->owner.user);
    const auto after = stream->cursor ? std::optional(stream->cursor->read_after()) : std::nullopt;
    query.joins.push_back({stream->owner.user, after});
  }
  auto ask = [query, joining, users,
              people = &context_->people](storage::Reader& reader) -> Result<Tail> {
    BOOST_OUTCOME_TRY(log, reader.log_tail(query));
    Tail tail{std::move(log), joining, {}};
    if (users.empty()) return tail;
    BOOST_OUTCOME_TRY(accounts, reader.users(users));
    for (const storage::User& account : accounts) {
      tail.people.emplace(account.id, people->put(account));
    }
    return tail;
  };
  context_->persistence.read<Tail>(
      ask, resumed<Tail>([this, joining, incarnation = incarnation_](Result<Tail> result) {
        if (incarnation != incarnation_) return;
        if (result.has_error()) {
          for (const StreamId id : joining) refuse(id, result.error());
        }
        tail_read(std::move(result));
      }));
}

void DispatcherHost::tail_read(Result<Tail> result) {
  if (result.has_error()) {
    log::warning("event_log_unreadable", {{"detail", result.error().detail}});
    busy_ = false;  // the next tick tries again
    return;
  }
  Tail& tail = result.value();
  if (!is_contiguous(tail.log.bounds)) {
    // They come back and are told to begin anew.
    log::warning("event_log_lost", {{"generation", tail.log.bounds.generation}});
    return drop_streams();
  }
  generation_ = tail.log.bounds.generation;
  std::map<EventPlace, ToldEvent> plan;
  plan_tail(tail.log, plan);
  std::vector<StreamId> joined;
  for (std::size_t i = 0; i < tail.joining.size(); ++i) {
    const StreamId id = tail.joining[i];
    const Stream* stream = find(id);
    if (stream == nullptr) continue;
    const auto person = tail.people.find(stream->owner.user);
    if (person == tail.people.end()) {
      refuse(id, fail(ErrorCode::not_found));  // the account has just gone
      continue;
    }
    join(id, tail.log.joins[i], tail.log, person->second, plan);
    stream = find(id);
    if (stream != nullptr && stream->stage == Stage::joined) joined.push_back(id);
  }
  auto told = std::make_shared<Told>();
  for (auto& [place, event] : plan) told->push_back(std::move(event));
  tail.log.events.clear();
  tail.log.joins.clear();
  render(told, [this, log = std::move(tail.log), told, joined] { finish_tail(log, told, joined); });
}

bool DispatcherHost::is_contiguous(const storage::LogBounds& bounds) const {
  return !reached_ || can_resume(EventCursor{generation_, *reached_}, bounds);
}

void DispatcherHost::plan_tail(const storage::LogTail& log, std::map<EventPlace, ToldEvent>& plan) {
  auto start = log.starts.begin();
  for (const Event& event : log.events) {
    const bool begins = event.kind == EventKind::conversation_created && start != log.starts.end();
    std::vector<UserId> viewers = roster_.advance(event, begins ? &*start : nullptr);
    if (begins) ++start;
    if (viewers.empty()) continue;
    plan.emplace(event.place, ToldEvent{event, std::move(viewers), true, {}, {}, false});
  }
}

/// Takes a stream along from the place that this read has reached.
void DispatcherHost::join(StreamId id, const storage::MissedEvents& missed,
                          const storage::LogTail& log, const PersonRef& person,
                          std::map<EventPlace, ToldEvent>& plan) {
  Stream& stream = streams_.at(id);
  const UserId user = stream.owner.user;
  const EventCursor here{log.bounds.generation, log.reached};
  if (stream.cursor && !can_resume(*stream.cursor, log.bounds)) {
    stream.cursor.reset();
    stream.must_reset = true;
  }
  if (stream.cursor && missed.more) {
    // The gap has grown too wide.
    stream.stage = Stage::catching_up;
    return catch_up(id);
  }
  begin(id, stream.cursor.value_or(here));
  if (std::exchange(stream.must_reset, false)) push_reset(id, here);
  const MembershipTimeline timeline(missed.memberships, missed.turns);
  if (!roster_.has(user)) roster_.join(user, timeline.at(log.reached));
  listeners_.at(user).person = person;
  stream.stage = Stage::joined;
  if (!stream.cursor) {
    stream.cursor = here;
    return;
  }
  for (ToldEvent& event : audible(missed, user)) {
    if (event.event.place > log.reached) break;
    const EventPlace place = event.event.place;
    // His other streams may hear of it as well.
    const auto [known, is_new] = plan.try_emplace(place, std::move(event));
    std::vector<UserId>& viewers = known->second.viewers;
    if (is_new) continue;
    if (std::find(viewers.begin(), viewers.end(), user) == viewers.end()) viewers.push_back(user);
  }
}

void DispatcherHost::finish_tail(const storage::LogTail& log, const ToldPtr& told,
                                 const std::vector<StreamId>& joined) {
  for (const ToldEvent& event : *told) {
    deliver(event);
    if (event.is_new) observe_delay(event.event);
  }
  remove_lost();
  for (const StreamId id : joined) {
    Stream* stream = find(id);
    if (stream == nullptr) continue;
    stream->stage = Stage::live;
    stream->cursor.reset();
  }
  reached_ = log.reached;
  busy_ = false;
  const bool is_behind = log.reached < log.bounds.end;
  if (log.held_back) later_(kPauseWhenHeldBack, [this] { read_tail(); });
  if (again_ || is_behind || !joining_.empty()) read_tail();
}

void DispatcherHost::deliver(const ToldEvent& event) {
  for (const RenderedEvent& part : event.parts) {
    Frame made;
    const auto frame = [&] {
      if (!made) made = std::make_shared<const std::string>(frame_of(event, part));
      return made;
    };
    for (const UserId viewer : part.viewers) deliver_to(viewer, event, part.part, frame);
    if (part.type == EventType::notification_created) feed_metrics().notifications.add();
  }
  if (!event.is_lost) return;
  // No silent hole: who was to hear of it has to look for himself.
  const EventCursor past{generation_, event.event.place};
  for (const UserId viewer : event.viewers) {
    deliver_to(viewer, event, EventCursor::kWhole, [&] { return reset_frame(past); });
  }
}

void DispatcherHost::deliver_to(UserId user, const ToldEvent& event, std::uint8_t part,
                                const std::function<Frame()>& frame) {
  const auto listener = listeners_.find(user);
  if (listener == listeners_.end()) return;
  for (const StreamId id : listener->second.streams) {
    const Stream& stream = streams_.at(id);
    const bool hears = stream.stage == Stage::live ? event.is_new
                       : stream.stage == Stage::joined
                           ? stream.cursor->is_before(event.event.place, part)
                           : false;
    if (!hears) continue;
    if (stream.sink->push(frame())) {
      feed_metrics().delivered.add();
    } else {
      lost_.push_back(id);
    }
  }
}

}  // namespace confab::actors
