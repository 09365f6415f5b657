#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "storage/sql/checker.hpp"

namespace confab::storage {

namespace {

/// One kind of contradiction: a query that gives three numbers for each, the sentence that tells of
/// them, and the statements that mend them all. Without statements it can only be reported.
struct Rule {
  std::string_view find;
  std::string_view sentence;
  std::vector<std::string_view> mend;
  bool until_nothing_changes = false;
};

constexpr std::string_view kForgetFormerMembers =
    "DELETE FROM members WHERE conversation_id NOT IN "
    "(SELECT conversation_id FROM members WHERE has_left = 0)";

/// What tells of a conversation's end, or of one's own end in it, outlives it.
constexpr std::string_view kForgetEventsOfNothing =
    "DELETE FROM events WHERE kind NOT IN (8, 10) "
    "AND conversation_id NOT IN (SELECT id FROM conversations)";

constexpr std::string_view kForgetTotals = "DELETE FROM totals";
constexpr std::string_view kCountAgain =
    "INSERT INTO totals (slot, users, active_users, admins, conversations, messages) "
    "SELECT 0, (SELECT count(*) FROM users WHERE is_deleted = 0), "
    "(SELECT count(*) FROM users WHERE is_deleted = 0 AND is_active = 1), "
    "(SELECT count(*) FROM users WHERE is_deleted = 0 AND role = 2), "
    "(SELECT count(*) FROM conversations), "
    "(SELECT COALESCE(sum(message_count), 0) FROM conversations)";

/// In this order: what is mended first may show, or mend, what comes later.
const std::vector<Rule>& rules() {
  static const std::vector<Rule> all{
      {"SELECT conversation_id, user_id, 0 FROM members m WHERE NOT EXISTS "
       "(SELECT 1 FROM conversations c WHERE c.id = m.conversation_id) ORDER BY 1, 2",
       "user {1} is a member of conversation {0}, which does not exist",
       {"DELETE FROM members WHERE conversation_id NOT IN (SELECT id FROM conversations)"}},

      {"SELECT conversation_id, user_id, 0 FROM members m WHERE NOT EXISTS "
       "(SELECT 1 FROM users u WHERE u.id = m.user_id) ORDER BY 1, 2",
       "conversation {0} has user {1} as a member, who does not exist",
       {"DELETE FROM members WHERE user_id NOT IN (SELECT id FROM users)"}},

      {"SELECT id, owner_id, 0 FROM conversations c WHERE NOT EXISTS "
       "(SELECT 1 FROM users u WHERE u.id = c.owner_id) ORDER BY 1",
       "conversation {0} belongs to user {1}, who does not exist",
       {"UPDATE conversations SET owner_id = (SELECT m.user_id FROM members m "
        "WHERE m.conversation_id = conversations.id AND m.has_left = 0 "
        "ORDER BY m.joined_at, m.user_id LIMIT 1) "
        "WHERE owner_id NOT IN (SELECT id FROM users) AND EXISTS (SELECT 1 FROM members m "
        "WHERE m.conversation_id = conversations.id AND m.has_left = 0)"}},

      {"SELECT conversation_id, seq, 0 FROM messages m WHERE NOT EXISTS "
       "(SELECT 1 FROM conversations c WHERE c.id = m.conversation_id) ORDER BY 1, 2",
       "message {1} is in conversation {0}, which does not exist",
       {"DELETE FROM messages WHERE conversation_id NOT IN (SELECT id FROM conversations)"}},

      {"SELECT conversation_id, seq, sender_id FROM messages m WHERE NOT EXISTS "
       "(SELECT 1 FROM users u WHERE u.id = m.sender_id) ORDER BY 1, 2",
       "message {1} of conversation {0} was sent by user {2}, who does not exist",
       {}},

      {"SELECT conversation_id, seq, receiver_id FROM messages m WHERE receiver_id IS NOT NULL "
       "AND NOT EXISTS (SELECT 1 FROM users u WHERE u.id = m.receiver_id) ORDER BY 1, 2",
       "message {1} of conversation {0} was sent to user {2}, who does not exist",
       {}},

      {"SELECT conversation_id, seq, 0 FROM ("
       "SELECT conversation_id, seq, id, "
       "lag(id) OVER (PARTITION BY conversation_id ORDER BY seq) AS id_before FROM messages"
       ") AS ordered WHERE id_before > id ORDER BY 1, 2",
       "message {1} of conversation {0} has an id from before that of its predecessor",
       {}},

      {"SELECT c.id, c.last_seq, max(m.seq) FROM conversations c "
       "JOIN messages m ON m.conversation_id = c.id GROUP BY c.id, c.last_seq "
       "HAVING max(m.seq) > c.last_seq ORDER BY 1",
       "conversation {0} has given out place {1} last, but holds message {2}",
       {"UPDATE conversations SET last_seq = (SELECT max(m.seq) FROM messages m "
        "WHERE m.conversation_id = conversations.id) WHERE last_seq < (SELECT max(m.seq) "
        "FROM messages m WHERE m.conversation_id = conversations.id)"}},

      {"SELECT c.id, c.message_count, count(m.seq) FROM conversations c "
       "LEFT JOIN messages m ON m.conversation_id = c.id GROUP BY c.id, c.message_count "
       "HAVING count(m.seq) <> c.message_count ORDER BY 1",
       "conversation {0} counts {1} messages, but holds {2}",
       {"UPDATE conversations SET message_count = (SELECT count(*) FROM messages m "
        "WHERE m.conversation_id = conversations.id) WHERE message_count <> "
        "(SELECT count(*) FROM messages m WHERE m.conversation_id = conversations.id)"}},

      {"SELECT conversation_id, seq, parent_seq FROM messages m WHERE parent_seq IS NOT NULL "
       "AND (parent_seq >= seq OR NOT EXISTS (SELECT 1 FROM messages p "
       "WHERE p.conversation_id = m.conversation_id AND p.seq = m.parent_seq)) ORDER BY 1, 2",
       "message {1} of conversation {0} answers message {2}, which is not there before it",
       {"UPDATE messages SET parent_seq = NULL, parent_id = NULL, depth = 0 "
        "WHERE parent_seq IS NOT NULL AND (parent_seq >= seq OR NOT EXISTS "
        "(SELECT 1 FROM messages p WHERE p.conversation_id = messages.conversation_id "
        "AND p.seq = messages.parent_seq))"}},

      {"SELECT m.conversation_id, m.seq, m.parent_seq FROM messages m JOIN messages p "
       "ON p.conversation_id = m.conversation_id AND p.seq = m.parent_seq "
       "WHERE m.parent_id IS NULL OR m.parent_id <> p.id ORDER BY 1, 2",
       "message {1} of conversation {0} names another id than that of message {2}, its parent",
       {"UPDATE messages SET parent_id = (SELECT p.id FROM messages p "
        "WHERE p.conversation_id = messages.conversation_id AND p.seq = messages.parent_seq) "
        "WHERE parent_seq IS NOT NULL AND COALESCE(parent_id <> (SELECT p.id FROM messages p "
        "WHERE p.conversation_id = messages.conversation_id AND p.seq = messages.parent_seq), "
        "1 = 1)"}},

      {"SELECT conversation_id, seq, depth FROM messages WHERE parent_seq IS NULL "
       "AND (depth <> 0 OR parent_id IS NOT NULL) ORDER BY 1, 2",
       "message {1} of conversation {0} has depth {2} or a parent's id, but no parent",
       {"UPDATE messages SET depth = 0, parent_id = NULL WHERE parent_seq IS NULL "
        "AND (depth <> 0 OR parent_id IS NOT NULL)"}},

      {"SELECT m.conversation_id, m.seq, m.depth FROM messages m JOIN messages p "
       "ON p.conversation_id = m.conversation_id AND p.seq = m.parent_seq "
       "WHERE m.depth <> p.depth + 1 ORDER BY 1, 2",
       "message {1} of conversation {0} has depth {2}, which is not its parent's plus one",
       {"UPDATE messages SET depth = (SELECT p.depth + 1 FROM messages p "
        "WHERE p.conversation_id = messages.conversation_id AND p.seq = messages.parent_seq) "
        "WHERE parent_seq IS NOT NULL AND depth <> (SELECT p.depth + 1 FROM messages p "
        "WHERE p.conversation_id = messages.conversation_id AND p.seq = messages.parent_seq)"},
       true},

      {"SELECT m.conversation_id, m.seq, m.reply_count FROM messages m LEFT JOIN ("
       "SELECT conversation_id, parent_seq, count(*) AS replies FROM messages "
       "WHERE parent_seq IS NOT NULL GROUP BY conversation_id, parent_seq) AS r "
       "ON r.conversation_id = m.conversation_id AND r.parent_seq = m.seq "
       "WHERE m.reply_count <> COALESCE(r.replies, 0) ORDER BY 1, 2",
       "message {1} of conversation {0} counts {2} replies, but has another number",
       {"UPDATE messages SET reply_count = (SELECT count(*) FROM messages r "
        "WHERE r.conversation_id = messages.conversation_id AND r.parent_seq = messages.seq) "
        "WHERE reply_count <> (SELECT count(*) FROM messages r "
        "WHERE r.conversation_id = messages.conversation_id AND r.parent_seq = messages.seq)"}},

      {"SELECT conversation_id, seq, 0 FROM revisions r WHERE NOT EXISTS "
       "(SELECT 1 FROM messages m WHERE m.conversation_id = r.conversation_id "
       "AND m.seq = r.seq AND m.id = r.message_id) ORDER BY 1, 2",
       "there is a revision of message {1} of conversation {0}, which does not exist",
       {"DELETE FROM revisions WHERE NOT EXISTS "
        "(SELECT 1 FROM messages m WHERE m.conversation_id = revisions.conversation_id "
        "AND m.seq = revisions.seq AND m.id = revisions.message_id)"}},

      {"SELECT conversation_id, seq, edited_by FROM revisions r WHERE NOT EXISTS "
       "(SELECT 1 FROM users u WHERE u.id = r.edited_by) ORDER BY 1, 2",
       "a revision of message {1} of conversation {0} is by user {2}, who does not exist",
       {"DELETE FROM revisions WHERE edited_by NOT IN (SELECT id FROM users)"}},

      {"SELECT position, conversation_id, 0 FROM events e WHERE kind NOT IN (8, 10) AND NOT EXISTS "
       "(SELECT 1 FROM conversations c WHERE c.id = e.conversation_id) ORDER BY 1",
       "event {0} is about conversation {1}, which does not exist",
       {kForgetEventsOfNothing}},

      {"SELECT position, conversation_id, seq FROM events e WHERE kind IN (1, 2) AND NOT EXISTS "
       "(SELECT 1 FROM messages m WHERE m.id = e.message_id) ORDER BY 1",
       "event {0} is about message {2} of conversation {1}, which does not exist",
       {"DELETE FROM events WHERE kind IN (1, 2) AND NOT EXISTS "
        "(SELECT 1 FROM messages m WHERE m.id = events.message_id)"}},

      {"SELECT position, COALESCE(audience_id, subject_id), 0 FROM events e WHERE "
       "(audience_id IS NOT NULL AND NOT EXISTS "
       "(SELECT 1 FROM users u WHERE u.id = e.audience_id)) OR "
       "(subject_id IS NOT NULL AND NOT EXISTS "
       "(SELECT 1 FROM users u WHERE u.id = e.subject_id)) ORDER BY 1",
       "event {0} is about a user who does not exist",
       {"DELETE FROM events WHERE audience_id NOT IN (SELECT id FROM users) "
        "OR subject_id NOT IN (SELECT id FROM users)"}},

      {"SELECT user_id, count(*), 0 FROM logins WHERE user_id NOT IN (SELECT id FROM users) "
       "GROUP BY user_id ORDER BY 1",
       "user {0} is logged in {1} times, but does not exist",
       {"DELETE FROM logins WHERE user_id NOT IN (SELECT id FROM users)"}},

      // Requests of strangers are kept under no user.
      {"SELECT user_id, count(*), 0 FROM idempotency WHERE user_id <> 0 "
       "AND user_id NOT IN (SELECT id FROM users) GROUP BY user_id ORDER BY 1",
       "{1} answers are kept for user {0}, who does not exist",
       {"DELETE FROM idempotency WHERE user_id <> 0 AND user_id NOT IN (SELECT id FROM users)"}},

      {"SELECT value, (SELECT max(position) FROM events), 0 FROM counters "
       "WHERE name = 'last_event' AND value < (SELECT max(position) FROM events)",
       "event {0} is noted as the last, but there is event {1}",
       {"UPDATE counters SET value = (SELECT max(position) FROM events) "
        "WHERE name = 'last_event'"}},

      // Last, for what is deleted here would otherwise be reported piece by piece.
      {"SELECT id, message_count, 0 FROM conversations c WHERE NOT EXISTS (SELECT 1 FROM members m "
       "WHERE m.conversation_id = c.id AND m.has_left = 0) ORDER BY 1",
       "nobody takes part in conversation {0} with its {1} messages any more",
       {kForgetFormerMembers,
        "DELETE FROM conversations WHERE id NOT IN (SELECT conversation_id FROM members)",
        "DELETE FROM messages WHERE conversation_id NOT IN (SELECT id FROM conversations)",
        "DELETE FROM revisions WHERE conversation_id NOT IN (SELECT id FROM conversations)",
        kForgetEventsOfNothing}},

      // After all that may change what there is to count.
      {"SELECT counted, CAST(kept AS bigint), 0 FROM (SELECT count(*) AS counted, "
       "(SELECT COALESCE(sum(users), 0) FROM totals) AS kept FROM users WHERE is_deleted = 0) t "
       "WHERE counted <> kept",
       "there are {0} accounts, but the totals say {1}",
       {kForgetTotals, kCountAgain}},

      {"SELECT counted, CAST(kept AS bigint), 0 FROM (SELECT count(*) AS counted, "
       "(SELECT COALESCE(sum(conversations), 0) FROM totals) AS kept FROM conversations) t "
       "WHERE counted <> kept",
       "there are {0} conversations, but the totals say {1}",
       {kForgetTotals, kCountAgain}},

      {"SELECT counted, CAST(kept AS bigint), 0 FROM (SELECT count(*) AS counted, "
       "(SELECT COALESCE(sum(messages), 0) FROM totals) AS kept FROM messages) t "
       "WHERE counted <> kept",
       "there are {0} messages, but the totals say {1}",
       {kForgetTotals, kCountAgain}},
  };
  return all;
}
static_assert(static_cast<int>(EventKind::message_created) == 1);
static_assert(static_cast<int>(EventKind::message_updated) == 2);
static_assert(static_cast<int>(EventKind::conversation_deleted) == 8);
static_assert(static_cast<int>(EventKind::participant_removed) == 10);

void mend(Session& session, const Rule& rule) {
  for (const std::string_view statement : rule.mend) {
    while (session.execute(statement) > 0 && rule.until_nothing_changes) {
    }
  }
}

void check(Inspection& inspection, const Rule& rule) {
  const bool mends = inspection.repairs() && !rule.mend.empty();
  bool found = false;
  inspection.session().each<std::int64_t, std::int64_t, std::int64_t>(
      rule.find, [&](std::int64_t a, std::int64_t b, std::int64_t c) {
        found = true;
        inspection.report(fmt::format(fmt::runtime(rule.sentence), a, b, c), mends);
      });
  if (found && mends) mend(inspection.session(), rule);
}

}  // namespace

void check_rows(Inspection& inspection) {
  for (const Rule& rule : rules()) check(inspection, rule);
}

}  // namespace confab::storage
