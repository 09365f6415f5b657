#include <algorithm>
#include <utility>

#include "actors/dispatcher/dispatcher_host.hpp"
#include "actors/mailbox.hpp"
#include "actors/representation/events.hpp"
#include "config/log.hpp"
#include "config/metrics.hpp"

// Streams begin and end.

namespace confab::actors {

namespace {

constexpr unsigned kTicksPerHeartbeat = 15;
constexpr unsigned kTicksPerCheck = 2;

struct StreamMetrics {
  metrics::Gauge open =
      metrics::gauge("confab_event_streams_open", "Event streams and long polls.");
  metrics::Counter cut_off = metrics::counter(
      "confab_event_streams_lost_total",
      "Streams whose client had gone, or read too slowly, when something was to be pushed.");
};

const StreamMetrics& stream_metrics() {
  static const StreamMetrics metrics;
  return metrics;
}

/// The first frame: how long to wait before coming back, and from where to go on.
Frame first_frame(const EventCursor& cursor) {
  return std::make_shared<const std::string>("retry: 2000\n" + cursor_frame(to_string(cursor)));
}

}  // namespace

void DispatcherHost::start(const DispatcherContext* context, NotificationDispatcher self,
                           Later later) {
  context_ = context;
  self_ = std::move(self);
  later_ = std::move(later);
}

void DispatcherHost::receive(const OpenStream& request, const Answer<StreamOpened>& answer) {
  auto admitted = admit(request.owner, request.sink);
  if (!admitted.has_value()) return answer.deliver(admitted.error());
  const StreamId id = admitted.value();
  Stream& stream = streams_.at(id);
  stream.answer = answer;
  if (!request.after) {
    joining_.push_back(id);
    return read_tail();
  }
  stream.cursor = parse_event_cursor(*request.after);
  if (stream.cursor) return catch_up(id);
  stream.must_reset = true;
  joining_.push_back(id);
  read_tail();
}

Result<DispatcherHost::StreamId> DispatcherHost::admit(const StreamOwner& owner,
                                                       std::shared_ptr<EventSink> sink) {
  const auto known = listeners_.find(owner.user);
  const std::size_t his = known == listeners_.end() ? 0 : known->second.streams.size();
  if (his >= context_->max_streams_per_user) return fail(ErrorCode::throttled, "5");
  if (ended_ || streams_.size() >= context_->max_streams) return fail(ErrorCode::overloaded);
  if (streams_.empty()) presence_.begin_with(context_->presence.online(storage::now()));
  Listener& listener = listeners_[owner.user];
  const StreamId id = ++last_stream_;
  listener.streams.push_back(id);
  if (listener.streams.size() == 1) context_->presence.stream_opened(owner.user);
  Stream stream;
  stream.owner = owner;
  stream.sink = std::move(sink);
  streams_.emplace(id, std::move(stream));
  stream_metrics().open.set(static_cast<double>(streams_.size()));
  return id;
}

DispatcherHost::Stream* DispatcherHost::find(StreamId id) {
  const auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : &found->second;
}

/// From here on the client has its answer; a stream that comes back from catching up had it before.
void DispatcherHost::begin(StreamId id, const EventCursor& cursor) {
  Stream& stream = streams_.at(id);
  if (!stream.answer) return;
  std::exchange(stream.answer, std::nullopt)->deliver(StreamOpened{id});
  if (!stream.sink->push_cursor(first_frame(cursor))) lost_.push_back(id);
}

void DispatcherHost::refuse(StreamId id, const Error& error) {
  Stream* stream = find(id);
  if (stream == nullptr) return;
  if (stream->answer) stream->answer->deliver(error);
  close(id);
}

void DispatcherHost::close(StreamId id) {
  if (Stream* stream = find(id)) stream->sink->close();
  remove(id);
}

void DispatcherHost::receive(const StreamClosed& news) { remove(news.stream); }

void DispatcherHost::remove(StreamId id) {
  const auto found = streams_.find(id);
  if (found == streams_.end()) return;
  const UserId user = found->second.owner.user;
  streams_.erase(found);
  const auto listener = listeners_.find(user);
  std::erase(listener->second.streams, id);
  if (listener->second.streams.empty()) {
    listeners_.erase(listener);
    roster_.leave(user);
    leave(user);
  }
  stream_metrics().open.set(static_cast<double>(streams_.size()));
}

/// His last stream has gone.
void DispatcherHost::leave(UserId user) {
  const Timestamp now = storage::now();
  if (context_->access.is_gone(user) || !context_->presence.stream_closed(user, now)) return;
  context_->persistence.commit(storage::TouchUser{user, now},
                               [](const Result<storage::Committed>&) {});
}

void DispatcherHost::receive(const EndStreams&) {
  ended_ = true;
  drop_streams();
}

void DispatcherHost::drop_streams() {
  std::vector<StreamId> all;
  for (const auto& [id, stream] : streams_) all.push_back(id);
  for (const StreamId id : all) close(id);
  renderings_.clear();
  walks_waiting_.clear();
  walks_ = 0;
  joining_.clear();
  reached_.reset();
  busy_ = false;
  again_ = false;
  ++incarnation_;
}

void DispatcherHost::push(StreamId id, const Frame& frame) {
  Stream* stream = find(id);
  if (stream != nullptr && !stream->sink->push(frame)) lost_.push_back(id);
}

void DispatcherHost::push_reset(StreamId id, const EventCursor& cursor) {
  push(id, reset_frame(cursor));
}

void DispatcherHost::remove_lost() {
  for (const StreamId id : std::exchange(lost_, {})) {
    if (find(id) == nullptr) continue;
    stream_metrics().cut_off.add();
    remove(id);
  }
}

void DispatcherHost::tick() {
  ++ticks_;
  // Without a lease others may decide by now: clients are told to ask those.
  const bool may_serve = context_->router == nullptr || context_->router->has_lease();
  if (!may_serve && !streams_.empty()) drop_streams();
  if (ticks_ % kTicksPerCheck == 0) close_ended();
  if (ticks_ % kTicksPerCheck == 1) tell_presence();
  forget_typing();
  send_heartbeats();
  give_up_late_renderings();
  // Makes good for a bell that was not heard, and for what other nodes have written.
  if (!streams_.empty()) read_tail();
}

bool DispatcherHost::has_ended(const Stream& stream, Timestamp now) const {
  const StreamOwner& owner = stream.owner;
  if (owner.expires_at <= now) return true;
  const auto account = context_->access.account(owner.user);
  if (!account || !account->is_active || account->epoch != owner.epoch) return true;
  return !context_->access.login(owner.login).has_value();
}

void DispatcherHost::close_ended() {
  const Timestamp now = storage::now();
  std::vector<StreamId> ended;
  for (const auto& [id, stream] : streams_) {
    if (has_ended(stream, now)) ended.push_back(id);
  }
  for (const StreamId id : ended) close(id);
}

/// Each stream in its own second, so that ten thousand do not come at once. Only live ones have
/// heard everything up to `reached_`.
void DispatcherHost::send_heartbeats() {
  if (!reached_) return;
  const auto frame = std::make_shared<const std::string>(
      ": heartbeat\n" + cursor_frame(to_string(EventCursor{generation_, *reached_})));
  for (auto& [id, stream] : streams_) {
    if (stream.stage != Stage::live || id % kTicksPerHeartbeat != ticks_ % kTicksPerHeartbeat) {
      continue;
    }
    if (!stream.sink->push_cursor(frame)) lost_.push_back(id);
  }
  remove_lost();
}

}  // namespace confab::actors
