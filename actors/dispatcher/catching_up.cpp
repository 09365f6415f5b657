#include <algorithm>
#include <optional>
#include <utility>

#include "actors/dispatcher/dispatcher_host.hpp"
#include "actors/mailbox.hpp"
#include "actors/representation/events.hpp"
#include "actors/representation/json_text.hpp"
#include "actors/rules/membership_timeline.hpp"

// What one user has missed: for a stream that resumes, and as pages.

namespace confab::actors {

using storage::Event;
using storage::EventKind;

namespace {

constexpr std::size_t kWalksAtOnce = 8;
/// PostgreSQL sorts all that he has missed at every step: few and large ones.
constexpr std::uint32_t kEventsPerStep = 2000;
constexpr std::chrono::milliseconds kPauseWhileBehind{5};

/// Rings once, at the first thing that a stream would have got.
class Alarm final : public EventSink {
 public:
  explicit Alarm(std::function<void()> ring) : ring_(std::move(ring)) {}

  bool push(const Frame&) override {
    ring();
    return true;
  }
  bool push_cursor(const Frame&) override { return true; }
  void push_transient(const Frame&) override {}
  bool is_behind() const override { return false; }
  void close() override { ring(); }

 private:
  void ring() {
    if (ring_) std::exchange(ring_, nullptr)();
  }

  std::function<void()> ring_;
};

bool is_turn_of(const Event& event, UserId user) {
  return event.subject == user && (event.kind == EventKind::participant_added ||
                                   event.kind == EventKind::participant_removed);
}

}  // namespace

/// One stream on its way through the log. The next part of the log is read while this one is
/// rendered and pushed.
struct DispatcherHost::Walk {
  StreamId stream = 0;
  UserId user;
  std::uint64_t incarnation = 0;
  ToldPtr told;
  std::size_t next_event = 0;
  std::size_t next_part = 0;
  EventCursor reached;  ///< once all of `told` has been pushed
  bool more = false;
  std::optional<Result<Missed>> ahead;  ///< what follows, once it has been read
  bool awaits_ahead = false;
};

/// A page being filled.
struct DispatcherHost::Paging {
  ListEvents request;
  Answer<EventPage> answer;
  EventCursor cursor;
  EventPage page;
  Clock::time_point deadline;
  StreamId alarm = 0;
  bool is_done = false;
};

DispatcherHost::Told DispatcherHost::audible(const storage::MissedEvents& missed, UserId user) {
  const MembershipTimeline timeline(missed.memberships, missed.turns);
  Told told;
  for (const Event& event : missed.events) {
    const bool is_his = event.audience == user || is_turn_of(event, user);
    if (!is_his && !timeline.was_in(event.conversation, event.place)) continue;
    told.push_back({event, {user}, false, {}, {}, false});
  }
  return told;
}

std::function<Result<DispatcherHost::Missed>(storage::Reader&)> DispatcherHost::missed_by(
    UserId user, const EventCursor& cursor, std::uint32_t limit) const {
  return [user, after = cursor.read_after(), limit,
          people = &context_->people](storage::Reader& reader) -> Result<Missed> {
    BOOST_OUTCOME_TRY(log, reader.missed_events(user, after, limit));
    BOOST_OUTCOME_TRY(account, reader.user(storage::UserKey{user}));
    return Missed{std::move(log), people->put(account)};
  };
}

// --- Streams -----------------------------------------------------------------------------------

void DispatcherHost::catch_up(StreamId id) {
  streams_.at(id).stage = Stage::catching_up;
  walks_waiting_.push_back(id);
  start_walks();
}

void DispatcherHost::start_walks() {
  while (walks_ < kWalksAtOnce && !walks_waiting_.empty()) {
    const StreamId id = walks_waiting_.front();
    walks_waiting_.pop_front();
    const Stream* stream = find(id);
    if (stream == nullptr) continue;
    ++walks_;
    auto started = std::make_shared<Walk>();
    started->stream = id;
    started->user = stream->owner.user;
    started->incarnation = incarnation_;
    started->awaits_ahead = true;
    read_ahead(started, *stream->cursor);
  }
}

void DispatcherHost::end_walk(const std::shared_ptr<Walk>& walk) {
  if (walk->incarnation != incarnation_) return;
  --walks_;
  start_walks();
}

void DispatcherHost::read_ahead(const std::shared_ptr<Walk>& walk, const EventCursor& from) {
  context_->persistence.read<Missed>(missed_by(walk->user, from, kEventsPerStep),
                                     resumed<Missed>([this, walk](Result<Missed> result) {
                                       walk->ahead = std::move(result);
                                       if (walk->awaits_ahead) go_on(walk);
                                     }));
}

void DispatcherHost::go_on(const std::shared_ptr<Walk>& walk) {
  walk->awaits_ahead = !walk->ahead;
  if (walk->awaits_ahead) return;
  Result<Missed> result = std::move(*walk->ahead);
  walk->ahead.reset();
  walked(walk, std::move(result));
}

void DispatcherHost::walked(const std::shared_ptr<Walk>& walk, Result<Missed> result) {
  Stream* stream = find(walk->stream);
  if (stream == nullptr) return end_walk(walk);
  if (result.has_error()) {
    refuse(walk->stream, result.error());
    return end_walk(walk);
  }
  const storage::MissedEvents& missed = result.value().log;
  generation_ = missed.bounds.generation;
  if (!can_resume(*stream->cursor, missed.bounds)) {
    stream->cursor.reset();
    stream->must_reset = true;
    return take_along(walk);
  }
  begin(walk->stream, *stream->cursor);
  walk->more = missed.more;
  walk->reached = {generation_, missed.more ? missed.events.back().place
                                            : std::max(stream->cursor->place, missed.bounds.end)};
  walk->told = std::make_shared<Told>(audible(missed, walk->user));
  walk->next_event = 0;
  walk->next_part = 0;
  if (walk->more) read_ahead(walk, walk->reached);
  render(walk->told, [this, walk, person = result.value().person] { push_walked(walk); });
}

/// Pushes as much as the client takes, and goes on when it has taken that.
void DispatcherHost::push_walked(const std::shared_ptr<Walk>& walk) {
  for (; walk->next_event < walk->told->size(); ++walk->next_event, walk->next_part = 0) {
    const ToldEvent& event = (*walk->told)[walk->next_event];
    for (; walk->next_part < event.parts.size(); ++walk->next_part) {
      Stream* stream = find(walk->stream);
      if (stream == nullptr) return end_walk(walk);
      if (stream->sink->is_behind()) {
        return later_(kPauseWhileBehind, [this, walk] { push_walked(walk); });
      }
      const RenderedEvent& part = event.parts[walk->next_part];
      if (!stream->cursor->is_before(event.event.place, part.part)) continue;
      push(walk->stream, std::make_shared<const std::string>(frame_of(event, part)));
      remove_lost();
    }
    if (event.is_lost) push(walk->stream, reset_frame({generation_, event.event.place}));
  }
  remove_lost();
  Stream* stream = find(walk->stream);
  if (stream == nullptr) return end_walk(walk);
  stream->cursor = walk->reached;
  if (walk->more) return go_on(walk);
  take_along(walk);
}

/// The stream has come so close to the end that it joins the others.
void DispatcherHost::take_along(const std::shared_ptr<Walk>& walk) {
  streams_.at(walk->stream).stage = Stage::joining;
  joining_.push_back(walk->stream);
  end_walk(walk);
  read_tail();
}

// --- Pages -------------------------------------------------------------------------------------

void DispatcherHost::receive(const ListEvents& request, const Answer<EventPage>& answer) {
  auto paging = std::make_shared<Paging>();
  paging->request = request;
  paging->answer = answer;
  paging->deadline = Clock::now() + request.wait;
  const auto cursor = request.after ? parse_event_cursor(*request.after) : std::nullopt;
  if (cursor) {
    paging->cursor = *cursor;
    return turn_page(paging);
  }
  auto ask = [](storage::Reader& reader) { return reader.log_bounds(); };
  context_->persistence.read<storage::LogBounds>(
      ask, resumed<storage::LogBounds>([this, paging](const Result<storage::LogBounds>& bounds) {
        if (bounds.has_error()) return paging->answer.deliver(bounds.error());
        start_page_at_the_end(paging, bounds.value());
      }));
}

/// Without a cursor the page only says where to begin; with one that is none of ours it says so.
void DispatcherHost::start_page_at_the_end(const std::shared_ptr<Paging>& paging,
                                           const storage::LogBounds& bounds) {
  paging->cursor = {bounds.generation, bounds.end};
  if (paging->request.after) {
    const std::string id = to_string(paging->cursor);
    paging->page.items = event_json({id, EventType::reset, storage::now(), {}}, "{}");
    paging->page.count = 1;
  }
  finish_page(paging);
}

void DispatcherHost::turn_page(const std::shared_ptr<Paging>& paging) {
  const UserId user = paging->request.owner.user;
  auto then = [this, paging, user](Result<Missed> result) {
    if (result.has_error()) return paging->answer.deliver(result.error());
    auto missed = std::make_shared<Missed>(std::move(result.value()));
    if (!can_resume(paging->cursor, missed->log.bounds)) {
      return start_page_at_the_end(paging, missed->log.bounds);
    }
    generation_ = missed->log.bounds.generation;
    auto told = std::make_shared<Told>(audible(missed->log, user));
    render(told, [this, paging, missed, told] { fill_page(paging, missed->log, *told); });
  };
  context_->persistence.read<Missed>(missed_by(user, paging->cursor, paging->request.limit),
                                     resumed<Missed>(then));
}

void DispatcherHost::fill_page(const std::shared_ptr<Paging>& paging,
                               const storage::MissedEvents& missed, const Told& told) {
  EventPage& page = paging->page;
  const EventCursor from = paging->cursor;
  for (const ToldEvent& event : told) {
    for (const RenderedEvent& part : event.parts) {
      if (!from.is_before(event.event.place, part.part)) continue;
      if (page.count == paging->request.limit) {
        page.more = true;
        return finish_page(paging);
      }
      paging->cursor = {generation_, event.event.place, part.part};
      add_to_page(paging, event, part.type, part.data);
    }
    if (event.is_lost && page.count < paging->request.limit) {
      paging->cursor = {generation_, event.event.place};
      add_to_page(paging, event, EventType::reset, "{}");
    }
  }
  page.more = missed.more;
  if (page.count > 0) return finish_page(paging);
  if (missed.more) {
    paging->cursor = {generation_, missed.events.back().place};
    return turn_page(paging);
  }
  if (paging->cursor.place < missed.bounds.end) paging->cursor = {generation_, missed.bounds.end};
  wait_for_events(paging);
}

void DispatcherHost::add_to_page(const std::shared_ptr<Paging>& paging, const ToldEvent& event,
                                 EventType type, std::string_view data) {
  const std::string id = to_string(paging->cursor);
  append_item(paging->page.items, event_json({id, type, event.event.at, event.conversation}, data));
  ++paging->page.count;
}

/// A stream that is told nothing but that there is something.
void DispatcherHost::wait_for_events(const std::shared_ptr<Paging>& paging) {
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(paging->deadline - Clock::now());
  if (left.count() <= 0 || ended_) return finish_page(paging);
  auto ring = [this, paging] {
    later_(std::chrono::milliseconds(0), [this, paging] {
      remove(paging->alarm);
      paging->deadline = {};
      if (!paging->is_done) turn_page(paging);
    });
  };
  auto admitted = admit(paging->request.owner, std::make_shared<Alarm>(ring));
  if (!admitted.has_value()) return paging->answer.deliver(admitted.error());
  paging->alarm = admitted.value();
  streams_.at(paging->alarm).cursor = paging->cursor;
  joining_.push_back(paging->alarm);
  later_(left, [this, paging] {
    if (find(paging->alarm) == nullptr) return;
    remove(paging->alarm);
    finish_page(paging);
  });
  read_tail();
}

void DispatcherHost::finish_page(const std::shared_ptr<Paging>& paging) {
  if (std::exchange(paging->is_done, true)) return;
  paging->page.cursor = to_string(paging->cursor);
  paging->answer.deliver(std::move(paging->page));
}

}  // namespace confab::actors
