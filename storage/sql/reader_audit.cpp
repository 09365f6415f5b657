#include "storage/sql/reader.hpp"

// What administrators look at.

namespace confab::storage {

namespace {

/// The conditions of a filter; adds their values to `parameters`.
std::string conditions(const AuditFilter& filter, Parameters& parameters) {
  std::string where = "WHERE 1 = 1";
  if (filter.actor) {
    where += " AND a.actor_id = :actor_id";
    parameters.add(*filter.actor);
  }
  if (!filter.action.empty()) {
    where += " AND a.action = :action";
    parameters.add(filter.action);
  }
  if (filter.target) {
    where += " AND a.target_id = {uuid :target_id}";
    parameters.add(*filter.target);
  }
  if (filter.since) {
    where += " AND a.at >= :since";
    parameters.add(*filter.since);
  }
  if (filter.until) {
    where += " AND a.at < :until";
    parameters.add(*filter.until);
  }
  return where;
}

std::vector<AuditRow> select_page(Session& session, const AuditFilter& filter, PageRequest page) {
  Parameters parameters(session.dialect());
  const std::string sql =
      "SELECT a.id, a.at, a.actor_id, a.actor_name, a.action, a.target_type, a.target_id, "
      "a.target_label, a.subject_id, COALESCE(a.old_values, ''), COALESCE(a.new_values, ''), "
      "a.client, u.uuid, COALESCE(u.username, '') FROM audit a "
      "LEFT JOIN users u ON u.id = a.actor_id AND u.is_deleted = 0 " +
      conditions(filter, parameters) + " ORDER BY a.id DESC LIMIT :limit OFFSET :offset";
  parameters.add(page.limit);
  parameters.add(page.offset);
  std::vector<AuditRow> rows;
  session.each_of<std::int64_t, Timestamp, UserId, std::string, std::string, AuditTarget, Uuid,
                  std::string, UserId, std::string, std::string, std::string, Uuid, std::string>(
      sql, parameters,
      [&](std::int64_t id, Timestamp at, UserId actor, std::string actor_name, std::string action,
          AuditTarget target_type, Uuid target, std::string label, UserId subject,
          std::string before, std::string after, std::string client, Uuid actor_uuid,
          std::string actor_username) {
        rows.push_back(
            {{id, at, actor, std::move(actor_name), std::move(action), target_type, target,
              std::move(label), subject, std::move(before), std::move(after), std::move(client)},
             actor_uuid,
             std::move(actor_username)});
      });
  return rows;
}

/// Of the messages that go with an account those that somebody else wrote and that were not for it.
std::uint64_t count_replies_below(Session& session, UserId user) {
  return session
      .value<std::uint64_t>(
          "WITH RECURSIVE below (conversation_id, seq) AS ("
          "SELECT conversation_id, seq FROM messages WHERE conversation_id IN "
          "(SELECT conversation_id FROM members WHERE user_id = :member_id) "
          "AND (sender_id = :sender_id OR receiver_id = :receiver_id) "
          "UNION "
          "SELECT m.conversation_id, m.seq FROM below b JOIN messages m "
          "ON m.conversation_id = b.conversation_id AND m.parent_seq = b.seq) "
          "SELECT count(*) FROM below b JOIN messages m "
          "ON m.conversation_id = b.conversation_id AND m.seq = b.seq "
          "WHERE m.sender_id <> :other_sender "
          "AND (m.receiver_id IS NULL OR m.receiver_id <> :other_receiver)",
          user, user, user, user, user)
      .value_or(0);
}

}  // namespace

Result<Page<AuditRow>> SqlReader::audit(const AuditFilter& filter, PageRequest page) {
  return reading([&](Session& session) -> Result<Page<AuditRow>> {
    const Snapshot snapshot(session);
    Page<AuditRow> found;
    Parameters parameters(session.dialect());
    session.each_of<std::uint64_t>("SELECT count(*) FROM audit a " + conditions(filter, parameters),
                                   parameters, [&](std::uint64_t n) { found.count = n; });
    found.rows = select_page(session, filter, page);
    return found;
  });
}

Result<Totals> SqlReader::totals() {
  return reading([](Session& session) -> Result<Totals> {
    Totals totals;
    session.each<std::int64_t, std::int64_t, std::int64_t, std::int64_t, std::int64_t>(
        "SELECT CAST(sum(users) AS bigint), CAST(sum(active_users) AS bigint), "
        "CAST(sum(admins) AS bigint), CAST(sum(conversations) AS bigint), "
        "CAST(sum(messages) AS bigint) FROM totals",
        [&](std::int64_t users, std::int64_t active, std::int64_t admins,
            std::int64_t conversations, std::int64_t messages) {
          totals = {users, active, admins, conversations, messages};
        });
    return totals;
  });
}

Result<Removal> SqlReader::removal(UserId user) {
  return reading([&](Session& session) -> Result<Removal> {
    const Snapshot snapshot(session);
    const auto count = [&](std::string_view sql, const auto&... values) {
      return session.value<std::uint64_t>(sql, values...).value_or(0);
    };
    Removal removal;
    removal.messages_sent = count(
        "SELECT count(*) FROM messages WHERE conversation_id IN "
        "(SELECT conversation_id FROM members WHERE user_id = :user_id) AND sender_id = :sender",
        user, user);
    removal.messages_received = count(
        "SELECT count(*) FROM messages WHERE conversation_id IN "
        "(SELECT conversation_id FROM members WHERE user_id = :user_id) AND receiver_id = "
        ":receiver",
        user, user);
    removal.replies_below = count_replies_below(session, user);
    removal.conversations =
        count("SELECT count(*) FROM members WHERE user_id = :user_id AND has_left = 0", user);
    removal.conversations_left_empty = count(
        "SELECT count(*) FROM members m WHERE m.user_id = :user_id AND m.has_left = 0 "
        "AND NOT EXISTS (SELECT 1 FROM members o WHERE o.conversation_id = m.conversation_id "
        "AND o.has_left = 0 AND o.user_id <> :other)",
        user, user);
    removal.history_entries =
        count("SELECT count(*) FROM revisions WHERE edited_by = :user_id", user);
    return removal;
  });
}

}  // namespace confab::storage
