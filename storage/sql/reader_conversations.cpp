#include <algorithm>
#include <map>

#include "storage/sql/message_rows.hpp"
#include "storage/sql/reader.hpp"
#include "storage/sql/text.hpp"

namespace confab::storage {

namespace {

std::optional<Conversation> select_conversation(Session& session, ConversationId id) {
  std::optional<Conversation> found;
  session.each<Uuid, std::string, UserId, Seq, std::uint32_t, Timestamp, Timestamp>(
      "SELECT uuid, title, owner_id, last_seq, message_count, created_at, updated_at "
      "FROM conversations WHERE id = :id",
      [&](Uuid uuid, std::string title, UserId owner, Seq last_seq, std::uint32_t count,
          Timestamp created_at, Timestamp updated_at) {
        found = Conversation{id,       uuid,  std::move(title), owner,
                             last_seq, count, created_at,       updated_at};
      },
      id);
  return found;
}

std::vector<Member> select_members(Session& session, ConversationId id) {
  std::vector<Member> members;
  session.each<UserId, Seq, Timestamp, bool, SeqSet, SeqSet>(
      "SELECT user_id, joined_after, joined_at, has_left, read_set, dismissed_set FROM members "
      "WHERE conversation_id = :id ORDER BY joined_at, user_id",
      [&](UserId user, Seq joined_after, Timestamp joined_at, bool has_left, SeqSet read,
          SeqSet dismissed) {
        members.push_back(
            {id, user, joined_after, joined_at, has_left, std::move(read), std::move(dismissed)});
      },
      id);
  return members;
}

void select_sets(Session& session, ConversationSnapshot& snapshot) {
  std::map<UserId, SeqSet> sent;
  session.each<Seq, Seq, UserId>(
      "SELECT seq, parent_seq, sender_id FROM messages WHERE conversation_id = :id",
      [&](Seq seq, Seq parent, UserId sender) {
        snapshot.live.add(seq);
        if (!parent) snapshot.top_level.add(seq);
        sent[sender].add(seq);
      },
      snapshot.conversation.id);
  snapshot.live.compact();
  snapshot.top_level.compact();
  for (auto& [sender, seqs] : sent) {
    seqs.compact();
    snapshot.sent.emplace_back(sender, std::move(seqs));
  }
}

/// The conditions of a filter; adds their values to `parameters`.
std::string conditions(const ConversationFilter& filter, Parameters& parameters) {
  std::string where = "WHERE 1 = 1";
  if (!filter.search.empty()) {
    where += " AND lower(title) LIKE :search ESCAPE '\\'";
    parameters.add(containing(fold_case(filter.search)));
  }
  if (filter.participant) {
    where +=
        " AND id IN (SELECT conversation_id FROM members WHERE user_id = :user_id "
        "AND has_left = 0)";
    parameters.add(*filter.participant);
  }
  return where;
}

std::string ordering(const ConversationFilter& filter) {
  const std::string direction = filter.descending ? " DESC" : " ASC";
  std::string order = " ORDER BY ";
  if (filter.order == ConversationOrder::updated_at) order += "updated_at" + direction + ", ";
  if (filter.order == ConversationOrder::created_at) order += "created_at" + direction + ", ";
  return order + "id" + direction;
}

}  // namespace

Result<ConversationId> SqlReader::conversation_id(const Uuid& uuid) {
  return reading([&](Session& session) -> Result<ConversationId> {
    const auto id = session.value<ConversationId>(
        "SELECT id FROM conversations WHERE uuid = {uuid :uuid}", uuid);
    if (!id) return fail(ErrorCode::not_found);
    return *id;
  });
}

Result<ConversationSnapshot> SqlReader::conversation(ConversationId id, std::uint32_t newest) {
  return reading([&](Session& session) -> Result<ConversationSnapshot> {
    const Snapshot snapshot(session);
    auto conversation = select_conversation(session, id);
    if (!conversation) return fail(ErrorCode::not_found);
    ConversationSnapshot found;
    found.conversation = *std::move(conversation);
    found.members = select_members(session, id);
    select_sets(session, found);
    found.newest = select_messages(
        session, "WHERE conversation_id = :id ORDER BY seq DESC LIMIT :newest", id, newest);
    return found;
  });
}

Result<std::vector<MembershipRow>> SqlReader::memberships(UserId user) {
  return reading([&](Session& session) -> Result<std::vector<MembershipRow>> {
    std::vector<MembershipRow> rows;
    session.each<ConversationId, Timestamp>(
        "SELECT c.id, c.updated_at FROM members m JOIN conversations c ON c.id = m.conversation_id "
        "WHERE m.user_id = :user_id AND m.has_left = 0 ORDER BY c.updated_at DESC, c.id DESC",
        [&](ConversationId id, Timestamp updated_at) {
          rows.push_back({id, updated_at});
        },
        user);
    return rows;
  });
}

Result<std::vector<ConversationId>> SqlReader::traces(UserId user) {
  return reading([&](Session& session) -> Result<std::vector<ConversationId>> {
    std::vector<ConversationId> ids;
    session.each<ConversationId>(
        "SELECT conversation_id FROM members WHERE user_id = :user_id ORDER BY conversation_id",
        [&](ConversationId id) { ids.push_back(id); }, user);
    return ids;
  });
}

Result<Page<ConversationId>> SqlReader::conversations(const ConversationFilter& filter,
                                                      PageRequest page) {
  return reading([&](Session& session) -> Result<Page<ConversationId>> {
    const Snapshot snapshot(session);
    Page<ConversationId> found;
    Parameters parameters(session.dialect());
    session.each_of<std::uint64_t>(
        "SELECT count(*) FROM conversations " + conditions(filter, parameters), parameters,
        [&](std::uint64_t n) { found.count = n; });
    Parameters again(session.dialect());
    const std::string rows = "SELECT id FROM conversations " + conditions(filter, again) +
                             ordering(filter) + " LIMIT :limit OFFSET :offset";
    again.add(page.limit);
    again.add(page.offset);
    session.each_of<ConversationId>(rows, again,
                                    [&](ConversationId id) { found.rows.push_back(id); });
    return found;
  });
}

}  // namespace confab::storage
