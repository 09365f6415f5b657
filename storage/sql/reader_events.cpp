#include <algorithm>
#include <unordered_set>

#include "storage/sql/reader.hpp"

namespace confab::storage {

namespace {

#define CONFAB_EVENT_COLUMNS \
  "position, kind, conversation_id, audience_id, subject_id, message_id, seq, at "

template <class... Values>
void append_events(Session& session, std::vector<Event>& events, std::string_view sql,
                   const Values&... values) {
  session.each<EventPosition, EventKind, ConversationId, UserId, UserId, MessageId, Seq, Timestamp>(
      sql,
      [&](EventPosition position, EventKind kind, ConversationId conversation, UserId audience,
          UserId subject, MessageId message, Seq seq, Timestamp at) {
        events.push_back({position, kind, conversation, audience, subject, message, seq, at});
      },
      values...);
}

std::vector<Event> addressed_to(Session& session, UserId user, EventPosition after,
                                std::uint32_t limit) {
  std::vector<Event> events;
  append_events(session, events,
                "SELECT " CONFAB_EVENT_COLUMNS
                "FROM events WHERE audience_id = :user_id AND position > :after "
                "ORDER BY position LIMIT :limit",
                user, after, limit);
  return events;
}

/// Oldest first, at most `limit`.
void sort_and_cut(std::vector<Event>& events, std::uint32_t limit) {
  std::sort(events.begin(), events.end(),
            [](const Event& a, const Event& b) { return a.position < b.position; });
  if (events.size() > limit) events.resize(limit);
}

/// Few events since, or many conversations: all of the log's end is read and sifted.
std::vector<Event> sift(Session& session, UserId user,
                        const std::vector<ConversationId>& conversations, EventPosition after,
                        std::uint32_t limit) {
  std::vector<Event> events;
  append_events(session, events,
                "SELECT " CONFAB_EVENT_COLUMNS
                "FROM events WHERE position > :after ORDER BY position",
                after);
  const std::unordered_set<ConversationId> wanted(conversations.begin(), conversations.end());
  std::erase_if(events, [&](const Event& event) {
    if (event.audience) return event.audience != user;
    return !wanted.contains(event.conversation);
  });
  if (events.size() > limit) events.resize(limit);
  return events;
}

std::vector<Event> by_conversation(Session& session, UserId user,
                                   const std::vector<ConversationId>& conversations,
                                   EventPosition after, std::uint32_t limit) {
  std::vector<Event> events = addressed_to(session, user, after, limit);
  for (const ConversationId conversation : conversations) {
    append_events(session, events,
                  "SELECT " CONFAB_EVENT_COLUMNS
                  "FROM events WHERE conversation_id = :conversation_id AND position > :after "
                  "AND audience_id IS NULL ORDER BY position LIMIT :limit",
                  conversation, after, limit);
  }
  sort_and_cut(events, limit);
  return events;
}

/// PostgreSQL does the same as by_conversation() in one round trip. OFFSET keeps the planner from
/// walking the whole log in its order.
std::vector<Event> in_one_query(Session& session, UserId user,
                                const std::vector<ConversationId>& conversations,
                                EventPosition after, std::uint32_t limit) {
  std::vector<Event> events = addressed_to(session, user, after, limit);
  append_events(session, events,
                "SELECT " CONFAB_EVENT_COLUMNS
                "FROM unnest(CAST(:conversations AS bigint[])) AS wanted (id) "
                "CROSS JOIN LATERAL (SELECT " CONFAB_EVENT_COLUMNS
                "FROM events WHERE conversation_id = wanted.id AND position > :after "
                "AND audience_id IS NULL OFFSET 0) AS found "
                "ORDER BY position LIMIT :limit",
                IdList(conversations), after, limit);
  sort_and_cut(events, limit);
  return events;
}

EventPosition newest_event(Session& session) {
  return session.value<EventPosition>("SELECT max(position) FROM events").value_or(EventPosition{});
}

}  // namespace

Result<std::vector<Event>> SqlReader::events(UserId user,
                                             const std::vector<ConversationId>& conversations,
                                             EventPosition after, std::uint32_t limit) {
  constexpr std::int64_t kSiftedPerConversation = 50;
  return reading([&](Session& session) -> Result<std::vector<Event>> {
    const Snapshot snapshot(session);
    if (dialect() == Dialect::postgres) {
      return in_one_query(session, user, conversations, after, limit);
    }
    const std::int64_t since = newest_event(session).value - after.value;
    const auto worth = kSiftedPerConversation * static_cast<std::int64_t>(conversations.size() + 1);
    return since <= worth ? sift(session, user, conversations, after, limit)
                          : by_conversation(session, user, conversations, after, limit);
  });
}

Result<EventPosition> SqlReader::last_event() {
  return reading([](Session& session) -> Result<EventPosition> { return newest_event(session); });
}

Result<EventPosition> SqlReader::purged_events() {
  return reading([](Session& session) -> Result<EventPosition> {
    return session.value<EventPosition>("SELECT value FROM counters WHERE name = 'events_purged'")
        .value_or(EventPosition{});
  });
}

#undef CONFAB_EVENT_COLUMNS

}  // namespace confab::storage
