#include <algorithm>
#include <map>
#include <memory>
#include <unordered_set>
#include <utility>

#include "actors/conversation/conversation_host.hpp"
#include "actors/representation/events.hpp"
#include "actors/representation/json_text.hpp"
#include "actors/representation/resources.hpp"

// What streams tell of a conversation.

namespace confab::actors {

using storage::Event;
using storage::EventKind;
using storage::SeqSet;

/// A request to render events, and what has been gathered for it.
struct ConversationHost::Telling {
  RenderEvents request;
  Answer<RenderedEvents> answer;

  // An event can be read from the log before the write that left it has taken effect here. The
  // writes that were under way when the request came:
  bool awaits_exclusive = false;
  std::unordered_set<UserId> awaited_readers;
  Seq awaited_post;

  std::unordered_map<Seq, CachedMessage> messages;
  CachedMessage* last = nullptr;  ///< the conversation's newest, if an event shows it
};

namespace {

bool shows_conversation(EventKind kind) {
  return kind == EventKind::conversation_created || kind == EventKind::conversation_updated ||
         kind == EventKind::participant_added || kind == EventKind::participant_removed;
}

bool is_about_reading(EventKind kind) {
  return kind == EventKind::message_read || kind == EventKind::notification_updated;
}

UserId reader_of(const Event& event) { return event.audience ? event.audience : event.subject; }

/// The one member of a set; none if there are more.
Seq only_one(const std::string& bytes) {
  const auto set = SeqSet::parse(bytes);
  return set && set->size() == 1 ? set->max() : Seq{};
}

/// The messages that an event shows, as far as the event itself says.
std::vector<Seq> shown_by(const Event& event) {
  switch (event.kind) {
    case EventKind::message_created:
    case EventKind::message_updated:
      return {event.seq};
    case EventKind::message_deleted:
      return {event.parent};
    case EventKind::notification_updated:
      return {only_one(event.seqs)};
    default:
      return {};
  }
}

}  // namespace

void ConversationHost::serve(const RenderEvents& request, const Answer<RenderedEvents>& answer) {
  auto telling = std::make_shared<Telling>();
  telling->request = request;
  telling->answer = answer;
  for (const EventToRender& one : request.events) {
    const Event& event = one.event;
    if (event.kind == EventKind::message_created) {
      const bool may_come = gate_.is_under_way(OperationGate::Kind::post);
      if (may_come) telling->awaited_post = std::max(telling->awaited_post, event.seq);
    } else if (is_about_reading(event.kind)) {
      const UserId reader = reader_of(event);
      const bool may_come = gate_.is_under_way(OperationGate::Kind::read_state, reader);
      if (may_come) telling->awaited_readers.insert(reader);
    } else {
      telling->awaits_exclusive |= gate_.is_under_way(OperationGate::Kind::exclusive);
    }
  }
  if (awaits_nothing(*telling)) return tell(telling);
  tellings_.push_back(std::move(telling));
}

bool ConversationHost::awaits_nothing(const Telling& telling) const {
  const bool posted = telling.awaited_post <= state_->header().last_seq ||
                      !gate_.is_under_way(OperationGate::Kind::post);
  return posted && !telling.awaits_exclusive && telling.awaited_readers.empty();
}

void ConversationHost::tell_what_waited_for(OperationGate::Kind kind, UserId who) {
  if (tellings_.empty()) return;
  std::vector<std::shared_ptr<Telling>> waiting;
  for (auto& telling : std::exchange(tellings_, {})) {
    if (kind == OperationGate::Kind::exclusive) telling->awaits_exclusive = false;
    if (kind == OperationGate::Kind::read_state) telling->awaited_readers.erase(who);
    if (awaits_nothing(*telling)) {
      tell(telling);
    } else {
      waiting.push_back(std::move(telling));
    }
  }
  tellings_.insert(tellings_.end(), waiting.begin(), waiting.end());
}

void ConversationHost::tell(const std::shared_ptr<Telling>& telling) {
  std::vector<Seq> seqs;
  bool shows_last = false;
  for (const EventToRender& one : telling->request.events) {
    shows_last = shows_last || shows_conversation(one.event.kind);
    for (const Seq seq : shown_by(one.event)) seqs.push_back(seq);
  }
  const Seq last = shows_last ? state_->live().max() : Seq{};
  seqs.push_back(last);
  gather(telling, std::move(seqs), [this, telling, last] {
    std::vector<Seq> parents;
    for (const auto& [seq, cached] : telling->messages) parents.push_back(cached.message.parent);
    gather(telling, std::move(parents), [this, telling, last] {
      const auto found = telling->messages.find(last);
      if (found != telling->messages.end()) telling->last = &found->second;
      telling->answer.deliver(render_events(*telling));
    });
  });
}

/// Copies, because what follows may have to wait for the database.
void ConversationHost::gather(const std::shared_ptr<Telling>& telling, std::vector<Seq> seqs,
                              std::function<void()> then) {
  std::erase_if(seqs, [&](Seq seq) {
    return !state_->live().contains(seq) || telling->messages.contains(seq);
  });
  std::sort(seqs.begin(), seqs.end());
  seqs.erase(std::unique(seqs.begin(), seqs.end()), seqs.end());
  with_messages(seqs, refusing(telling->answer), [this, telling, then](const Messages& messages) {
    for (CachedMessage* cached : messages) {
      begun(*cached);
      telling->messages.emplace(cached->message.seq, *cached);
    }
    then();
  });
}

RenderedEvents ConversationHost::render_events(Telling& telling) {
  RenderedEvents rendered;
  rendered.conversation = state_->header().uuid;
  for (const EventToRender& one : telling.request.events) {
    std::vector<RenderedEvent>& parts = rendered.events.emplace_back();
    if (!render_event(telling, one, parts)) ++rendered.damaged;
  }
  return rendered;
}

/// False if the event makes no sense.
bool ConversationHost::render_event(Telling& telling, const EventToRender& one,
                                    std::vector<RenderedEvent>& parts) {
  std::vector<UserId> viewers;
  for (const UserId viewer : one.viewers) {
    if (state_->has_participant(viewer)) viewers.push_back(viewer);
  }
  switch (one.event.kind) {
    case EventKind::message_created:
      tell_created(telling, one.event.seq, viewers, parts);
      return true;
    case EventKind::message_updated:
      tell_edited(telling, one.event.seq, viewers, parts);
      return true;
    case EventKind::message_deleted:
      tell_deleted(telling, one.event, viewers, parts);
      return true;
    case EventKind::message_read:
      return tell_read(one.event, viewers, parts);
    case EventKind::notification_updated:
      return tell_notifications(telling, one.event, viewers, parts);
    case EventKind::conversation_created:
      tell_conversation(telling, one.event, EventType::conversation_created, viewers, parts);
      return true;
    case EventKind::conversation_updated:
      tell_conversation(telling, one.event, EventType::conversation_updated, viewers, parts);
      return true;
    case EventKind::participant_added:
      tell_conversation(telling, one.event, EventType::participant_added, viewers, parts);
      return true;
    case EventKind::participant_removed:
      tell_removed(telling, one, std::move(viewers), parts);
      return true;
    case EventKind::conversation_deleted:
      break;
  }
  return false;
}

/// Adds `like` with the message's bytes for each of the two that there are.
void ConversationHost::tell_message(Telling& telling, Seq seq, const RenderedEvent& like,
                                    const std::vector<UserId>& viewers,
                                    std::vector<RenderedEvent>& parts) {
  const auto found = telling.messages.find(seq);
  if (found == telling.messages.end()) return;
  RenderedEvent read = like;
  RenderedEvent unread = like;
  for (const UserId viewer : viewers) {
    (state_->is_read_for(viewer, seq) ? read : unread).viewers.push_back(viewer);
  }
  const std::string& head = begun(found->second);
  finish_message(read.data, head, true);
  finish_message(unread.data, head, false);
  if (!read.viewers.empty()) parts.push_back(std::move(read));
  if (!unread.viewers.empty()) parts.push_back(std::move(unread));
}

void ConversationHost::tell_created(Telling& telling, Seq seq, const std::vector<UserId>& viewers,
                                    std::vector<RenderedEvent>& parts) {
  const auto found = telling.messages.find(seq);
  // If it is gone, the event that says so follows.
  if (found == telling.messages.end()) return;
  tell_message(telling, seq, {0, EventType::message_created, {}, {}}, viewers, parts);
  const Seq parent = found->second.message.parent;
  if (parent)
    tell_message(telling, parent, {1, EventType::message_updated, {}, {}}, viewers, parts);
  for (const UserId viewer : viewers) {
    if (!state_->is_notified(viewer, seq)) continue;
    std::string json = render_notification(found->second, viewer);
    parts.push_back({2, EventType::notification_created, std::move(json), {viewer}});
  }
}

/// A notification shows the beginning of its message.
void ConversationHost::tell_edited(Telling& telling, Seq seq, const std::vector<UserId>& viewers,
                                   std::vector<RenderedEvent>& parts) {
  const auto found = telling.messages.find(seq);
  if (found == telling.messages.end()) return;
  tell_message(telling, seq, {0, EventType::message_updated, {}, {}}, viewers, parts);
  SeqSet only;
  only.add(seq);
  for (const UserId viewer : viewers) {
    if (!state_->is_notified(viewer, seq)) continue;
    std::string json = changed_notification_json(state_->is_dismissed_by(viewer, seq), only,
                                                 render_notification(found->second, viewer));
    parts.push_back({1, EventType::notification_updated, std::move(json), {viewer}});
  }
}

void ConversationHost::tell_deleted(Telling& telling, const Event& event,
                                    const std::vector<UserId>& viewers,
                                    std::vector<RenderedEvent>& parts) {
  RenderedEvent deleted{0, EventType::message_deleted, {}, viewers};
  JsonObject(deleted.data)
      .field("message_id", event.message.value)
      .raw("conversation", uuid_json_)
      .field("seq", std::int64_t{event.seq.value})
      .end();
  if (!viewers.empty()) parts.push_back(std::move(deleted));
  tell_message(telling, event.parent, {1, EventType::message_updated, {}, {}}, viewers, parts);
}

bool ConversationHost::tell_read(const Event& event, const std::vector<UserId>& viewers,
                                 std::vector<RenderedEvent>& parts) {
  const auto seqs = SeqSet::parse(event.seqs);
  if (!seqs || seqs->empty()) return false;
  if (!names_somebody(event)) {
    tell_read_by_now(event, viewers, parts);
    return true;
  }
  std::string said;
  JsonObject(said).raw("reader", person(event.subject)).raw("seqs", ranges_json(*seqs));
  RenderedEvent for_others{0, EventType::message_read, said + ",\"read\":[]}", {}};
  for (const UserId viewer : viewers) {
    const std::string read = ranges_json(state_->read_by_everybody(viewer, *seqs));
    if (viewer != event.subject && read == "[]") {
      for_others.viewers.push_back(viewer);
      continue;
    }
    std::string data = said + ",\"read\":" + read;
    if (viewer == event.subject) {
      data += ",\"unread_count\":" + std::to_string(state_->unread_count(viewer));
    }
    parts.push_back({0, EventType::message_read, data + '}', {viewer}});
  }
  if (!for_others.viewers.empty()) parts.push_back(std::move(for_others));
  return true;
}

bool ConversationHost::tell_notifications(Telling& telling, const Event& event,
                                          const std::vector<UserId>& viewers,
                                          std::vector<RenderedEvent>& parts) {
  const auto seqs = SeqSet::parse(event.seqs);
  if (!seqs || seqs->empty()) return false;
  if (viewers.empty()) return true;
  bool is_read = true;
  std::string notification = "null";
  if (seqs->size() == 1) {
    const auto found = telling.messages.find(seqs->max());
    if (found == telling.messages.end()) return true;
    is_read = state_->is_dismissed_by(event.audience, seqs->max());
    notification = render_notification(found->second, event.audience);
  }
  std::string data = changed_notification_json(is_read, *seqs, notification);
  parts.push_back({0, EventType::notification_updated, std::move(data), viewers});
  return true;
}

/// Everybody whose view of the conversation is the same gets the same bytes: in a large one its
/// participants alone are a hundred kilobytes.
void ConversationHost::tell_conversation(Telling& telling, const Event& event, EventType type,
                                         const std::vector<UserId>& viewers,
                                         std::vector<RenderedEvent>& parts) {
  using View = std::pair<std::uint64_t, bool>;  ///< of unread messages; whether the last is read
  const bool is_about_one = names_somebody(event) && type != EventType::conversation_created;
  // Of an account that is gone nothing may be said but what has changed by it.
  if (!is_about_one && type != EventType::conversation_created) {
    type = EventType::conversation_updated;
  }
  std::map<View, std::vector<UserId>> views;
  for (const UserId viewer : viewers) {
    const bool last_is_read =
        telling.last != nullptr && state_->is_read_for(viewer, telling.last->message.seq);
    views[{state_->unread_count(viewer), last_is_read}].push_back(viewer);
  }
  for (auto& [view, alike] : views) {
    std::string json = render_conversation(*state_, alike.front(), telling.last, nullptr);
    if (is_about_one) {
      std::string data;
      JsonObject(data).raw("user", person(event.subject)).raw("conversation", json).end();
      json = std::move(data);
    }
    parts.push_back({0, type, std::move(json), std::move(alike)});
  }
  // Who has gone may have been the last one who had not read a message.
  if (!event.seqs.empty()) tell_read_by_now(event, viewers, parts);
}

/// Whether the event is about a user who has an account.
bool ConversationHost::names_somebody(const Event& event) const {
  return event.subject && people_.contains(event.subject);
}

/// The senders of messages hear which of them have been read by everybody. Of an account that is
/// gone nothing may be said, so then the sender himself is the reader.
void ConversationHost::tell_read_by_now(const Event& event, const std::vector<UserId>& viewers,
                                        std::vector<RenderedEvent>& parts) {
  const auto seqs = SeqSet::parse(event.seqs);
  if (!seqs) return;
  for (const UserId viewer : viewers) {
    const SeqSet read = state_->read_by_everybody(viewer, *seqs & state_->live());
    if (read.empty()) continue;
    const UserId reader = names_somebody(event) ? event.subject : viewer;
    std::string data;
    JsonObject object(data);
    object.raw("reader", person(reader)).raw("seqs", "[]").raw("read", ranges_json(read));
    if (reader == viewer) {
      object.field("unread_count", static_cast<std::int64_t>(state_->unread_count(viewer)));
    }
    object.end();
    parts.push_back({1, EventType::message_read, std::move(data), {viewer}});
  }
}

/// The one who was removed learns that he was, and no more.
void ConversationHost::tell_removed(Telling& telling, const EventToRender& one,
                                    std::vector<UserId> viewers,
                                    std::vector<RenderedEvent>& parts) {
  const UserId removed = one.event.subject;
  std::erase(viewers, removed);
  tell_conversation(telling, one.event, EventType::participant_removed, viewers, parts);
  const bool listens =
      std::find(one.viewers.begin(), one.viewers.end(), removed) != one.viewers.end();
  if (!listens || !people_.contains(removed)) return;
  parts.push_back(
      {0, EventType::participant_removed, own_removal_json(person(removed)), {removed}});
}

void ConversationHost::serve(const SignalTyping& request, const Answer<Done>& answer) {
  if (!state_->visible_to(request.caller)) return answer.deliver(fail(ErrorCode::not_found));
  const UserId user = request.caller.user;
  if (!state_->has_participant(user)) return answer.deliver(fail(ErrorCode::not_participant));
  context_->signal_typing({id_, state_->header().uuid, user, person(user)});
  answer.deliver(Done{});
}

}  // namespace confab::actors
