#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/model/entities.hpp"
#include "storage/sql/session.hpp"

namespace confab::storage {

/// The messages that `rest` (WHERE …) selects from the table of messages.
template <class... Values>
std::vector<Message> select_messages(Session& session, std::string_view rest,
                                     const Values&... values) {
  std::string sql =
      "SELECT conversation_id, seq, depth, id, sender_id, receiver_id, sent_at, edited_at, "
      "parent_id, parent_seq, reply_count, content FROM messages ";
  sql += rest;
  std::vector<Message> messages;
  session.each<ConversationId, Seq, std::uint8_t, MessageId, UserId, UserId, Timestamp,
               std::optional<Timestamp>, MessageId, Seq, std::uint32_t, std::string>(
      sql,
      [&](ConversationId conversation, Seq seq, std::uint8_t depth, MessageId id, UserId sender,
          UserId receiver, Timestamp timestamp, std::optional<Timestamp> edited_at,
          MessageId parent_id, Seq parent, std::uint32_t reply_count, std::string content) {
        messages.push_back({id, conversation, seq, sender, receiver, parent, parent_id, depth,
                            reply_count, std::move(content), timestamp, edited_at});
      },
      values...);
  return messages;
}

}  // namespace confab::storage
