#include <algorithm>
#include <string_view>

#include "storage/sql/reader.hpp"

namespace confab::storage {

namespace {

#define CONFAB_EVENT_COLUMNS                                                             \
  "{place}, kind, conversation_id, audience_id, subject_id, message_id, seq, at, seqs, " \
  "parent_seq, conversation_uuid "

template <class... Values>
std::vector<Event> select_events(Session& session, std::string_view sql, const Values&... values) {
  std::vector<Event> events;
  session.each<std::int64_t, std::int64_t, EventKind, ConversationId, UserId, UserId, MessageId,
               Seq, Timestamp, std::optional<Bytes>, Seq, Uuid>(
      sql,
      [&](std::int64_t transaction, std::int64_t position, EventKind kind,
          ConversationId conversation, UserId audience, UserId subject, MessageId message, Seq seq,
          Timestamp at, std::optional<Bytes> seqs, Seq parent, const Uuid& conversation_uuid) {
        events.push_back({{transaction, position},
                          kind,
                          conversation,
                          audience,
                          subject,
                          message,
                          seq,
                          at,
                          seqs ? std::move(seqs->value) : std::string(),
                          parent,
                          conversation_uuid});
      },
      values...);
  return events;
}

LogBounds read_bounds(Session& session) {
  LogBounds bounds;
  session.each<std::string, std::int64_t>("SELECT name, value FROM counters",
                                          [&](const std::string& name, std::int64_t value) {
                                            if (name == "log_generation") bounds.generation = value;
                                            if (name == "events_purged_txid")
                                              bounds.begin.transaction = value;
                                            if (name == "events_purged")
                                              bounds.begin.position = value;
                                            if (name == "last_event")
                                              bounds.horizon.position = value;
                                          });
  bounds.end = bounds.begin;
  session.each<std::int64_t, std::int64_t>(
      "SELECT {place} FROM events WHERE {settled} ORDER BY {by_place_backwards} LIMIT 1",
      [&](std::int64_t transaction, std::int64_t position) {
        bounds.end = std::max(bounds.end, {transaction, position});
      });
  if (session.dialect() == Dialect::postgres) {
    const auto unsettled = session.value<std::int64_t>(
        "SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)");
    bounds.horizon = {unsettled.value_or(0), 0};
  }
  return bounds;
}

std::vector<Event> addressed_to(Session& session, UserId user, EventPlace after,
                                std::uint32_t limit) {
  return select_events(session,
                       "SELECT " CONFAB_EVENT_COLUMNS
                       "FROM events WHERE audience_id = :user_id "
                       "AND {after :transaction, :position} AND {settled} "
                       "ORDER BY {by_place} LIMIT :limit",
                       user, after.transaction, after.position, limit);
}

/// How the user joined and left conversations. The condition on the kind is that of the index.
std::vector<Event> turns_of(Session& session, UserId user, EventPlace after) {
  return select_events(session,
                       "SELECT " CONFAB_EVENT_COLUMNS
                       "FROM events WHERE subject_id = :user_id AND kind IN (9, 10) "
                       "AND {after :transaction, :position} ORDER BY {by_place}",
                       user, after.transaction, after.position);
}
static_assert(static_cast<int>(EventKind::participant_added) == 9);
static_assert(static_cast<int>(EventKind::participant_removed) == 10);

std::vector<ConversationId> memberships_of(Session& session, UserId user) {
  std::vector<ConversationId> conversations;
  session.each<ConversationId>(
      "SELECT conversation_id FROM members WHERE user_id = :user_id AND has_left = 0",
      [&](ConversationId conversation) { conversations.push_back(conversation); }, user);
  return conversations;
}

/// Whether so few events have been written since that it is cheaper to look at all of them than to
/// look into each conversation.
bool is_short(Session& session, EventPlace after, std::size_t conversations) {
  constexpr std::size_t kWorthAnyway = 2000;
  constexpr std::size_t kWorthPerConversation = 50;
  const std::size_t worth = kWorthAnyway + kWorthPerConversation * conversations;
  const auto count = session.value<std::int64_t>(
      "SELECT count(*) FROM (SELECT 1 FROM events WHERE {after :transaction, :position} "
      "LIMIT :worth) AS recent",
      after.transaction, after.position, worth);
  return count.value_or(0) < static_cast<std::int64_t>(worth);
}

std::vector<Event> sift(Session& session, UserId user,
                        const std::vector<ConversationId>& conversations, EventPlace after,
                        std::uint32_t limit) {
  return select_events(session,
                       "SELECT " CONFAB_EVENT_COLUMNS
                       "FROM events WHERE {after :transaction, :position} AND {settled} "
                       "AND (audience_id = :user_id "
                       "OR (audience_id IS NULL AND conversation_id {in :conversations})) "
                       "ORDER BY {by_place} LIMIT :limit",
                       after.transaction, after.position, user, IdList(conversations), limit);
}

void append(std::vector<Event>& events, std::vector<Event> more) {
  events.insert(events.end(), std::make_move_iterator(more.begin()),
                std::make_move_iterator(more.end()));
}

/// OFFSET keeps PostgreSQL's planner from walking the whole log in its order.
std::vector<Event> of_conversations_at_once(Session& session,
                                            const std::vector<ConversationId>& conversations,
                                            EventPlace after, std::uint32_t limit) {
  return select_events(session,
                       "SELECT " CONFAB_EVENT_COLUMNS
                       "FROM unnest(CAST(:conversations AS bigint[])) AS wanted (id) "
                       "CROSS JOIN LATERAL (SELECT * FROM events "
                       "WHERE conversation_id = wanted.id AND {after :transaction, :position} "
                       "AND {settled} AND audience_id IS NULL OFFSET 0) AS found "
                       "ORDER BY {by_place} LIMIT :limit",
                       IdList(conversations), after.transaction, after.position, limit);
}

std::vector<Event> of_conversations(Session& session,
                                    const std::vector<ConversationId>& conversations,
                                    EventPlace after, std::uint32_t limit) {
  if (session.dialect() == Dialect::postgres) {
    return of_conversations_at_once(session, conversations, after, limit);
  }
  std::vector<Event> events;
  for (const ConversationId conversation : conversations) {
    append(events, select_events(session,
                                 "SELECT " CONFAB_EVENT_COLUMNS
                                 "FROM events WHERE conversation_id = :conversation_id "
                                 "AND {after :transaction, :position} "
                                 "AND audience_id IS NULL ORDER BY {by_place} LIMIT :limit",
                                 conversation, after.transaction, after.position, limit));
  }
  return events;
}

/// Oldest first, each once, at most `limit`.
void sort_and_cut(std::vector<Event>& events, std::uint32_t limit) {
  std::sort(events.begin(), events.end(),
            [](const Event& a, const Event& b) { return a.place < b.place; });
  const auto same = [](const Event& a, const Event& b) { return a.place == b.place; };
  events.erase(std::unique(events.begin(), events.end(), same), events.end());
  if (events.size() > limit) events.resize(limit);
}

/// Within a snapshot. With a limit of 0 the events are not looked for.
MissedEvents missed(Session& session, const LogBounds& bounds, UserId user, EventPlace after,
                    std::uint32_t limit) {
  MissedEvents found;
  found.bounds = bounds;
  found.memberships = memberships_of(session, user);
  found.turns = turns_of(session, user, after);
  if (limit == 0) return found;
  const std::uint32_t one_more = limit + 1;
  if (is_short(session, after, found.memberships.size())) {
    found.events = sift(session, user, found.memberships, after, one_more);
  } else {
    found.events = addressed_to(session, user, after, one_more);
    append(found.events, of_conversations(session, found.memberships, after, one_more));
  }
  // Of conversations that he has left only that he left them.
  for (const Event& turn : found.turns) {
    if (turn.place <= bounds.horizon) found.events.push_back(turn);
  }
  sort_and_cut(found.events, one_more);
  found.more = found.events.size() > limit;
  if (found.more) found.events.pop_back();
  return found;
}

ConversationStart start_of(Session& session, ConversationId conversation) {
  ConversationStart start;
  start.conversation = conversation;
  session.each<UserId>(
      "SELECT user_id FROM members WHERE conversation_id = :conversation_id AND has_left = 0",
      [&](UserId user) { start.participants.push_back(user); }, conversation);
  start.turns = select_events(session,
                              "SELECT " CONFAB_EVENT_COLUMNS
                              "FROM events WHERE conversation_id = :conversation_id "
                              "AND kind IN (9, 10) ORDER BY {by_place}",
                              conversation);
  return start;
}

/// Whether PostgreSQL has events of transactions that may yet be followed by older ones.
bool holds_back(Session& session) {
  return session
      .value<bool>(
          "SELECT txid >= pg_snapshot_xmin(pg_current_snapshot()) FROM events "
          "ORDER BY txid DESC, position DESC LIMIT 1")
      .value_or(false);
}

void read_tail(Session& session, const TailQuery& query, LogTail& tail) {
  tail.reached = std::max(query.after.value_or(tail.bounds.end), tail.bounds.end);
  if (!query.after) return;
  tail.events = select_events(session,
                              "SELECT " CONFAB_EVENT_COLUMNS
                              "FROM events WHERE {after :transaction, :position} AND {settled} "
                              "ORDER BY {by_place} LIMIT :limit",
                              query.after->transaction, query.after->position, query.limit);
  if (tail.events.size() == query.limit) tail.reached = tail.events.back().place;
  for (const Event& event : tail.events) {
    if (event.kind == EventKind::conversation_created) {
      tail.starts.push_back(start_of(session, event.conversation));
    }
  }
  tail.held_back = session.dialect() == Dialect::postgres && holds_back(session);
}

}  // namespace

Result<LogBounds> SqlReader::log_bounds() {
  return reading([](Session& session) -> Result<LogBounds> {
    const Snapshot snapshot(session);
    return read_bounds(session);
  });
}

Result<MissedEvents> SqlReader::missed_events(UserId user, EventPlace after, std::uint32_t limit) {
  return reading([&](Session& session) -> Result<MissedEvents> {
    const Snapshot snapshot(session);
    return missed(session, read_bounds(session), user, after, limit);
  });
}

Result<LogTail> SqlReader::log_tail(const TailQuery& query) {
  return reading([&](Session& session) -> Result<LogTail> {
    const Snapshot snapshot(session);
    LogTail tail;
    tail.bounds = read_bounds(session);
    read_tail(session, query, tail);
    for (const LogJoin& join : query.joins) {
      tail.joins.push_back(missed(session, tail.bounds, join.user,
                                  join.after.value_or(tail.reached),
                                  join.after ? query.join_limit : 0));
    }
    return tail;
  });
}

#undef CONFAB_EVENT_COLUMNS

}  // namespace confab::storage
