#include <algorithm>
#include <unordered_map>

#include "storage/sql/message_rows.hpp"
#include "storage/sql/reader.hpp"

namespace confab::storage {

namespace {

std::vector<ThreadNode> select_nodes(Session& session, std::string_view sql, auto... values) {
  std::vector<ThreadNode> nodes;
  session.each<Seq, Seq>(
      sql,
      [&](Seq seq, Seq parent) {
        nodes.push_back({seq, parent});
      },
      values...);
  return nodes;
}

/// The rows in the order of `seqs`.
std::vector<Message> in_order(std::vector<Message> rows, const std::vector<Seq>& seqs) {
  std::unordered_map<Seq, Message*> by_seq;
  for (Message& message : rows) by_seq.emplace(message.seq, &message);
  std::vector<Message> ordered;
  ordered.reserve(rows.size());
  for (const Seq seq : seqs) {
    const auto found = by_seq.find(seq);
    if (found == by_seq.end()) continue;
    ordered.push_back(std::move(*found->second));
    by_seq.erase(found);
  }
  return ordered;
}

}  // namespace

Result<std::vector<MessagePlace>> SqlReader::places(const std::vector<MessageId>& ids) {
  return reading([&](Session& session) -> Result<std::vector<MessagePlace>> {
    std::vector<MessagePlace> found;
    for (const MessageId id : ids) {
      session.each<ConversationId, Seq>(
          "SELECT conversation_id, seq FROM messages WHERE id = {uuid :id}",
          [&](ConversationId conversation, Seq seq) {
            found.push_back({id, conversation, seq});
          },
          id);
    }
    return found;
  });
}

Result<std::vector<MessagePlace>> SqlReader::places_created_with(const Uuid& id) {
  Uuid first = id;
  Uuid last = id;
  std::fill(first.bytes.begin() + 8, first.bytes.end(), std::uint8_t{0});
  std::fill(last.bytes.begin() + 8, last.bytes.end(), std::uint8_t{0xff});
  return reading([&](Session& session) -> Result<std::vector<MessagePlace>> {
    std::vector<MessagePlace> found;
    session.each<MessageId, ConversationId, Seq>(
        "SELECT id, conversation_id, seq FROM messages "
        "WHERE id >= {uuid :first} AND id <= {uuid :last}",
        [&](MessageId message, ConversationId conversation, Seq seq) {
          found.push_back({message, conversation, seq});
        },
        first, last);
    return found;
  });
}

Result<std::vector<Message>> SqlReader::messages(ConversationId conversation,
                                                 const std::vector<Seq>& seqs) {
  return reading([&](Session& session) -> Result<std::vector<Message>> {
    return in_order(
        select_messages(session, "WHERE conversation_id = :conversation_id AND seq {in :seqs}",
                        conversation, IdList(seqs)),
        seqs);
  });
}

Result<std::vector<ThreadNode>> SqlReader::thread(ConversationId conversation, Seq root) {
  return reading([&](Session& session) -> Result<std::vector<ThreadNode>> {
    return select_nodes(session,
                        "WITH RECURSIVE below (seq, parent_seq) AS ("
                        "SELECT seq, parent_seq FROM messages "
                        "WHERE conversation_id = :conversation_id AND seq = :root "
                        "UNION "
                        "SELECT m.seq, m.parent_seq FROM below b JOIN messages m "
                        "ON m.conversation_id = :same_conversation AND m.parent_seq = b.seq) "
                        "SELECT seq, parent_seq FROM below",
                        conversation, root, conversation);
  });
}

Result<std::vector<ThreadNode>> SqlReader::touched_by(ConversationId conversation, UserId user) {
  return reading([&](Session& session) -> Result<std::vector<ThreadNode>> {
    return select_nodes(session,
                        "WITH RECURSIVE below (seq, parent_seq) AS ("
                        "SELECT seq, parent_seq FROM messages "
                        "WHERE conversation_id = :conversation_id "
                        "AND (sender_id = :sender_id OR receiver_id = :receiver_id) "
                        "UNION "
                        "SELECT m.seq, m.parent_seq FROM below b JOIN messages m "
                        "ON m.conversation_id = :same_conversation AND m.parent_seq = b.seq) "
                        "SELECT seq, parent_seq FROM below",
                        conversation, user, user, conversation);
  });
}

Result<Page<Revision>> SqlReader::revisions(ConversationId conversation, Seq seq,
                                            PageRequest page) {
  return reading([&](Session& session) -> Result<Page<Revision>> {
    const Snapshot snapshot(session);
    Page<Revision> found;
    found.count = session
                      .value<std::uint64_t>(
                          "SELECT count(*) FROM revisions "
                          "WHERE conversation_id = :conversation_id AND seq = :seq",
                          conversation, seq)
                      .value_or(0);
    session.each<Uuid, MessageId, std::string, Timestamp, UserId>(
        "SELECT id, message_id, content, edited_at, edited_by FROM revisions "
        "WHERE conversation_id = :conversation_id AND seq = :seq "
        "ORDER BY edited_at DESC, id DESC LIMIT :limit OFFSET :offset",
        [&](Uuid id, MessageId message, std::string content, Timestamp edited_at,
            UserId edited_by) {
          found.rows.push_back(
              {id, message, conversation, seq, std::move(content), edited_at, edited_by});
        },
        conversation, seq, page.limit, page.offset);
    return found;
  });
}

}  // namespace confab::storage
