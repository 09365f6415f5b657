#include "storage/sql/sqlite_applier.hpp"

#include "storage/sql/text.hpp"

namespace confab::storage {

SqliteApplier::SqliteApplier(Session& session)
    : Applier(session),
      insert_event_(session.sqlite(),
                    "INSERT INTO events (position, conversation_id, at, audience_id, subject_id, "
                    "message_id, seq, kind, seqs, parent_seq, conversation_uuid) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, CAST(? AS BLOB), ?, ?)"),
      insert_message_(session.sqlite(),
                      "INSERT INTO messages (conversation_id, seq, depth, id, sender_id, "
                      "receiver_id, sent_at, edited_at, parent_id, parent_seq, reply_count, "
                      "content) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)"),
      append_to_conversation_(session.sqlite(),
                              "UPDATE conversations SET last_seq = ?1, "
                              "message_count = message_count + 1, "
                              "updated_at = max(updated_at, ?2) "
                              "WHERE id = ?3 AND last_seq = ?1 - 1"),
      count_reply_(session.sqlite(),
                   "UPDATE messages SET reply_count = reply_count + 1 "
                   "WHERE conversation_id = ? AND seq = ?"),
      insert_words_(session.sqlite(), "INSERT INTO message_words (rowid, words) VALUES (?, ?)"),
      delete_words_(session.sqlite(),
                    "INSERT INTO message_words (message_words, rowid, words) "
                    "VALUES ('delete', ?, ?)"),
      save_position_(session.sqlite(), "UPDATE counters SET value = ? WHERE name = 'last_event'"),
      save_count_(session.sqlite(), "UPDATE totals SET messages = messages + ?") {
  last_position_ =
      session.value<std::int64_t>("SELECT value FROM counters WHERE name = 'last_event'")
          .value_or(0);
}

void SqliteApplier::before_commit() {
  if (last_position_ != committed_position_) save_position_.run(last_position_);
  if (more_messages_ != 0) save_count_.run(more_messages_);
}

std::int64_t SqliteApplier::reserve_id(const char*) { return 0; }

std::int64_t SqliteApplier::last_inserted_id() {
  return sqlite_api::sqlite3_last_insert_rowid(session().sqlite());
}

void SqliteApplier::insert_events(std::span<const Event> events) {
  for (const Event& event : events) {
    insert_event_.run(
        ++last_position_, event.conversation, event.at, null_if_none(event.audience),
        null_if_none(event.subject), null_if_none(event.message.value), null_if_none(event.seq),
        static_cast<std::int64_t>(event.kind),
        event.seqs.empty() ? std::nullopt : std::optional(std::string_view(event.seqs)),
        null_if_none(event.parent), null_if_none(event.conversation_uuid));
  }
}

void SqliteApplier::index_message(ConversationId conversation, Seq seq,
                                  const std::string& content) {
  insert_words(conversation, seq, index_words(content));
}

void SqliteApplier::insert_words(ConversationId conversation, Seq seq, std::string_view words) {
  if (!words.empty()) insert_words_.run(word_row(conversation, seq), words);
}

void SqliteApplier::unindex_message(ConversationId conversation, Seq seq,
                                    const std::string& content) {
  // The index keeps no text: it must be told which words to forget.
  const std::string words = index_words(content);
  if (!words.empty()) delete_words_.run(word_row(conversation, seq), std::string_view(words));
}

void SqliteApplier::unindex_messages(ConversationId conversation, const std::vector<Seq>& seqs) {
  session().each<Seq, std::string>(
      "SELECT seq, content FROM messages WHERE conversation_id = :conversation_id "
      "AND seq {in :seqs}",
      [&](Seq seq, const std::string& content) { unindex_message(conversation, seq, content); },
      conversation, IdList(seqs));
}

void SqliteApplier::unindex_conversation(ConversationId conversation) {
  session().each<Seq, std::string>(
      "SELECT seq, content FROM messages WHERE conversation_id = :conversation_id",
      [&](Seq seq, const std::string& content) { unindex_message(conversation, seq, content); },
      conversation);
}

Result<Committed> SqliteApplier::on(const PostMessage& change, Memo& memo) {
  const Message& message = change.message;
  checked_text(message.content);
  if (append_to_conversation_.run(message.seq, message.timestamp, message.conversation) == 0) {
    return fail(ErrorCode::storage_conflict, "the message's place is not the next");
  }
  insert_message_.run(message.conversation, message.seq, static_cast<std::int64_t>(message.depth),
                      message.id.value, message.sender, null_if_none(message.receiver),
                      message.timestamp, message.edited_at, null_if_none(message.parent_id.value),
                      null_if_none(message.parent), std::string_view(message.content));
  if (message.parent && count_reply_.run(message.conversation, message.parent) == 0) {
    return fail(ErrorCode::parent_not_found);
  }
  insert_words(message.conversation, message.seq,
               change.words.empty() ? index_words(message.content) : change.words);
  insert_event(message_event(EventKind::message_created, message.conversation, message.seq,
                             message.id, message.timestamp));
  keep_reply(change.reply, memo);
  count_messages(1);
  return Committed{};
}

}  // namespace confab::storage
