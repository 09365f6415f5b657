#include "storage/sql/applier.hpp"

#include <type_traits>

namespace confab::storage {

Result<Committed> Applier::apply(const Change& change, Memo& memo) {
  return std::visit(
      [&](const auto& one) {
        Result<Committed> result = on(one, memo);
        if constexpr (requires { one.audit; }) {
          if (result.has_value() && one.audit) insert_audit(*one.audit, result.assume_value());
        }
        return result;
      },
      change);
}

void Applier::insert_audit(const AuditEntry& entry, const Committed& committed) {
  // A new account is the subject of its entry, and only now it has an id.
  const UserId subject = entry.target_type == AuditTarget::user && !entry.subject
                             ? UserId{committed.id}
                             : entry.subject;
  const auto values = [](const std::string& json) {
    return json.empty() ? std::nullopt : std::optional(json);
  };
  session_.execute(
      "INSERT INTO audit (at, actor_id, actor_name, action, target_type, target_id, target_label, "
      "subject_id, old_values, new_values, client) "
      "VALUES (:at, :actor_id, "
      "COALESCE((SELECT username FROM users WHERE id = :same_actor), :actor_name), :action, "
      ":target_type, {uuid :target_id}, :target_label, :subject_id, :old_values, :new_values, "
      ":client)",
      entry.at, null_if_none(entry.actor), entry.actor, entry.actor_name, entry.action,
      entry.target_type, entry.target, entry.target_label, null_if_none(subject),
      values(entry.before), values(entry.after), entry.client);
}

void Applier::keep_reply(const std::optional<PendingReply>& reply, Memo& memo, std::int64_t id) {
  if (!reply) return;
  if (!memo.body || memo.id != id) {
    memo.body = reply->body_for ? reply->body_for(id) : reply->record.body;
    memo.id = id;
  }
  session_.execute(
      "INSERT INTO idempotency (user_id, key, fingerprint, status, body, created_at) "
      "VALUES (:user_id, :key, {bytes :fingerprint}, :status, :body, :created_at)",
      reply->record.user, reply->record.key, Bytes{reply->record.fingerprint}, reply->record.status,
      *memo.body, reply->record.created_at);
}

Result<Committed> Applier::on(const ChangeGroup& group, Memo& memo) {
  memo.parts.resize(group.changes.size());
  Committed whole;
  for (std::size_t i = 0; i < group.changes.size(); ++i) {
    BOOST_OUTCOME_TRY(part, apply(group.changes[i], memo.parts[i]));
    if (part.id != 0) whole = part;
  }
  return whole;
}

Result<Committed> Applier::on(const KeepReply& change, Memo& memo) {
  keep_reply(change.reply, memo);
  return Committed{};
}

Result<Committed> Applier::on(const ForgetReplies& change, Memo&) {
  for (const ReplyKey& reply : change.replies) {
    session_.execute("DELETE FROM idempotency WHERE user_id = :user_id AND key = :key", reply.user,
                     reply.key);
  }
  return Committed{};
}

Result<Committed> Applier::on(const Purge& change, Memo&) {
  // Bounded steps, so that clearing away a long absence holds up nobody's posts.
  constexpr int kStep = 5000;
  long long removed = 0;
  removed += purge_events(change.events_before, kStep);
  removed += session_.execute(
      "DELETE FROM idempotency WHERE (user_id, key) IN "
      "(SELECT user_id, key FROM idempotency WHERE created_at < :before "
      "ORDER BY created_at LIMIT :step)",
      change.replies_before, kStep);
  removed += session_.execute(
      "DELETE FROM logins WHERE id IN "
      "(SELECT id FROM logins WHERE expires_at < :before ORDER BY expires_at LIMIT :step)",
      change.logins_before, kStep);
  return Committed{removed};
}

long long Applier::purge_events(Timestamp before, int step) {
  std::optional<EventPlace> horizon;
  session_.each<std::int64_t, std::int64_t, Timestamp>(
      "SELECT {place}, at FROM events ORDER BY {by_place} LIMIT :step",
      [&](std::int64_t transaction, std::int64_t position, Timestamp at) {
        if (at < before) horizon = {transaction, position};
      },
      step);
  if (!horizon) return 0;
  const auto note = [&](const std::string& counter, std::int64_t value) {
    session_.execute("UPDATE counters SET value = :value WHERE name = :name", value, counter);
  };
  note("events_purged_txid", horizon->transaction);
  note("events_purged", horizon->position);
  return session_.execute(
      "DELETE FROM events WHERE {up_to :transaction, :position} AND at < :before",
      horizon->transaction, horizon->position, before);
}

namespace {

ConversationId place_of(const AddMember& change) { return change.member.conversation; }
ConversationId place_of(const PostMessage& change) { return change.message.conversation; }
ConversationId place_of(const EditMessage& change) { return change.before.conversation; }

template <class T>
requires requires(const T& change) { ConversationId{change.conversation}; }
ConversationId place_of(const T& change) { return change.conversation; }

template <class T>
ConversationId place_or_none(const T& change) {
  // A new conversation has no id yet.
  if constexpr (!std::is_same_v<T, InsertConversation> && requires { place_of(change); }) {
    return place_of(change);
  } else {
    return {};
  }
}

}  // namespace

std::vector<ConversationId> conversations_of(const Change& change) {
  std::vector<ConversationId> places;
  if (const auto* group = std::get_if<ChangeGroup>(&change)) {
    for (const Change& part : group->changes) {
      for (const ConversationId place : conversations_of(part)) places.push_back(place);
    }
    return places;
  }
  const ConversationId place =
      std::visit([](const auto& one) { return place_or_none(one); }, change);
  if (place) places.push_back(place);
  return places;
}

Event conversation_event(EventKind kind, ConversationId conversation, Timestamp at,
                         UserId subject) {
  Event event;
  event.kind = kind;
  event.conversation = conversation;
  event.subject = subject;
  event.at = at;
  return event;
}

Event message_event(EventKind kind, ConversationId conversation, Seq seq, MessageId message,
                    Timestamp at) {
  Event event;
  event.kind = kind;
  event.conversation = conversation;
  event.message = message;
  event.seq = seq;
  event.at = at;
  return event;
}

std::vector<Event> read_events(const SaveReadState& change) {
  std::vector<Event> events;
  if (!change.newly_read.empty()) {
    events.push_back(
        conversation_event(EventKind::message_read, change.conversation, change.at, change.user));
    events.back().seqs = change.newly_read.bytes();
  }
  if (!change.changed_notifications.empty()) {
    events.push_back(
        conversation_event(EventKind::notification_updated, change.conversation, change.at));
    events.back().audience = change.user;
    events.back().seqs = change.changed_notifications.bytes();
  }
  return events;
}

}  // namespace confab::storage
