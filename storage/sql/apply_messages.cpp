#include "storage/sql/applier.hpp"

// Messages, their revisions, and what members have read of them.

namespace confab::storage {

Result<Committed> Applier::on(const EditMessage& change, Memo&) {
  const Revision& before = change.before;
  const auto stored = session_.value<std::string>(
      "SELECT content FROM messages WHERE conversation_id = :conversation_id AND seq = :seq "
      "AND id = {uuid :id} {lock}",
      before.conversation, before.seq, before.message);
  if (!stored) return fail(ErrorCode::not_found);
  session_.execute(
      "INSERT INTO revisions (conversation_id, seq, id, message_id, edited_at, edited_by, content) "
      "VALUES (:conversation_id, :seq, {uuid :id}, {uuid :message_id}, :edited_at, :edited_by, "
      ":content)",
      before.conversation, before.seq, before.id, before.message, before.edited_at,
      before.edited_by, before.content);
  unindex_message(before.conversation, before.seq, *stored);
  session_.execute(
      "UPDATE messages SET content = :content, edited_at = :edited_at "
      "WHERE conversation_id = :conversation_id AND seq = :seq",
      change.content, before.edited_at, before.conversation, before.seq);
  index_message(before.conversation, before.seq, change.content);
  insert_event(message_event(EventKind::message_updated, before.conversation, before.seq,
                             before.message, before.edited_at));
  return Committed{};
}

void Applier::take_replies(ConversationId conversation, Seq parent, std::uint32_t count) {
  session_.execute(
      "UPDATE messages SET reply_count = reply_count - :count "
      "WHERE conversation_id = :conversation_id AND seq = :seq",
      count, conversation, parent);
}

Result<Committed> Applier::on(const DeleteMessages& change, Memo&) {
  const ConversationId conversation = change.conversation;
  const IdList<Seq> seqs{change.seqs};
  // First the conversation's row, as posts do: two writers then never wait for each other in turn.
  const long long known = session_.execute(
      "UPDATE conversations SET updated_at = :updated_at, message_count = message_count - :count "
      "WHERE id = :id",
      change.updated_at, change.seqs.size(), conversation);
  if (known == 0) return fail(ErrorCode::not_found);
  unindex_messages(conversation, change.seqs);
  const long long removed = session_.execute(
      "DELETE FROM messages WHERE conversation_id = :conversation_id AND seq {in :seqs}",
      conversation, seqs);
  if (removed != static_cast<long long>(change.seqs.size())) {
    return fail(ErrorCode::storage_conflict, "a message to be deleted is not there");
  }
  session_.execute(
      "DELETE FROM revisions WHERE conversation_id = :conversation_id AND seq {in :seqs}",
      conversation, seqs);
  session_.execute(
      "DELETE FROM events WHERE conversation_id = :conversation_id AND message_id IS NOT NULL "
      "AND seq {in :seqs}",
      conversation, seqs);
  for (const auto& [parent, count] : change.parents) take_replies(conversation, parent, count);
  std::vector<Event> deleted;
  for (const DeleteMessages::Root& root : change.roots) {
    deleted.push_back(
        message_event(EventKind::message_deleted, conversation, root.seq, root.id, change.at));
    deleted.back().parent = root.parent;
  }
  insert_events(deleted);
  count_messages(-static_cast<std::int64_t>(change.seqs.size()));
  return Committed{};
}

Result<Committed> Applier::on(const SaveReadState& change, Memo& memo) {
  const long long saved = session_.execute(
      "UPDATE members SET read_set = {bytes :read_set}, dismissed_set = {bytes :dismissed_set} "
      "WHERE conversation_id = :conversation_id AND user_id = :user_id AND has_left = 0",
      change.read, change.dismissed, change.conversation, change.user);
  if (saved == 0) return fail(ErrorCode::not_participant);
  insert_events(read_events(change));
  keep_reply(change.reply, memo);
  return Committed{};
}

Result<Committed> Applier::on(const DeleteRevisionsBy& change, Memo&) {
  session_.execute(
      "DELETE FROM revisions WHERE conversation_id = :conversation_id AND edited_by = :user_id",
      change.conversation, change.user);
  return Committed{};
}

}  // namespace confab::storage
