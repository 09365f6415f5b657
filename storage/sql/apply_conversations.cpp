#include "storage/sql/applier.hpp"

// Conversations and memberships.

namespace confab::storage {

Result<Committed> Applier::on(const InsertConversation& change, Memo& memo) {
  const Conversation& conversation = change.conversation;
  if (memo.id == 0) memo.id = reserve_id("conversations");
  const auto reserved = memo.id != 0 ? std::optional(ConversationId{memo.id}) : std::nullopt;
  session_.execute(
      "INSERT INTO conversations (id, uuid, owner_id, created_at, updated_at, last_seq, "
      "message_count, title) "
      "VALUES (:id, {uuid :uuid}, :owner_id, :created_at, :updated_at, 0, 0, :title)",
      reserved, conversation.uuid, conversation.owner, conversation.created_at,
      conversation.updated_at, conversation.title);
  const ConversationId id = reserved.value_or(ConversationId{last_inserted_id()});
  for (const UserId user : change.members) {
    if (!hold_account(user)) return fail(ErrorCode::unknown_user, std::to_string(user.value));
    Member member;
    member.conversation = id;
    member.user = user;
    member.joined_at = conversation.created_at;
    insert_member(member);
  }
  insert_event(conversation_event(EventKind::conversation_created, id, conversation.created_at,
                                  conversation.owner));
  keep_reply(change.reply, memo, id.value);
  return Committed{id.value};
}

bool Applier::hold_account(UserId user) {
  return session_
      .value<UserId>("SELECT id FROM users WHERE id = :id AND is_deleted = 0 {lock_key}", user)
      .has_value();
}

void Applier::insert_member(const Member& member) {
  session_.execute(
      "INSERT INTO members (conversation_id, user_id, joined_at, joined_after, has_left, "
      "read_set, dismissed_set) VALUES (:conversation_id, :user_id, :joined_at, :joined_after, "
      ":has_left, {bytes :read_set}, {bytes :dismissed_set})",
      member.conversation, member.user, member.joined_at, member.joined_after, member.has_left,
      member.read, member.dismissed);
}

void Applier::set_owner(ConversationId conversation, UserId owner) {
  if (!owner) return;
  session_.execute("UPDATE conversations SET owner_id = :owner_id WHERE id = :id", owner,
                   conversation);
}

Result<Committed> Applier::on(const UpdateConversation& change, Memo&) {
  const long long changed = session_.execute(
      "UPDATE conversations SET title = :title, owner_id = :owner_id, "
      "updated_at = CASE WHEN updated_at > :known THEN updated_at ELSE :updated_at END "
      "WHERE id = :id",
      change.title, change.owner, change.updated_at, change.updated_at, change.conversation);
  if (changed == 0) return fail(ErrorCode::not_found);
  insert_event(
      conversation_event(EventKind::conversation_updated, change.conversation, change.updated_at));
  return Committed{};
}

Result<Committed> Applier::on(const AddMember& change, Memo& memo) {
  const Member& member = change.member;
  if (!hold_account(member.user)) {
    return fail(ErrorCode::unknown_user, std::to_string(member.user.value));
  }
  const long long revived = session_.execute(
      "UPDATE members SET has_left = 0, joined_at = :joined_at, joined_after = :joined_after, "
      "read_set = {bytes :read_set}, dismissed_set = {bytes :dismissed_set} "
      "WHERE conversation_id = :conversation_id AND user_id = :user_id AND has_left = 1",
      member.joined_at, member.joined_after, member.read, member.dismissed, member.conversation,
      member.user);
  if (revived == 0) {
    // SQLite does not say which of the two references is broken.
    if (!session_.value<ConversationId>("SELECT id FROM conversations WHERE id = :conversation_id",
                                        member.conversation)) {
      return fail(ErrorCode::not_found);
    }
    insert_member(member);
  }
  insert_event(conversation_event(EventKind::participant_added, member.conversation,
                                  member.joined_at, member.user));
  keep_reply(change.reply, memo);
  return Committed{};
}

Result<Committed> Applier::on(const RemoveMember& change, Memo& memo) {
  const long long left = session_.execute(
      "UPDATE members SET has_left = 1, read_set = {bytes :read_set}, "
      "dismissed_set = {bytes :dismissed_set} "
      "WHERE conversation_id = :conversation_id AND user_id = :user_id AND has_left = 0",
      SeqSet{}, SeqSet{}, change.conversation, change.user);
  if (left == 0) return fail(ErrorCode::not_participant);
  set_owner(change.conversation, change.new_owner);
  Event removed =
      lasting_event(EventKind::participant_removed, change.conversation, change.at, change.user);
  removed.seqs = change.held_up.bytes();
  insert_event(removed);
  keep_reply(change.reply, memo);
  return Committed{};
}

Event Applier::lasting_event(EventKind kind, ConversationId conversation, Timestamp at,
                             UserId subject) {
  Event event = conversation_event(kind, conversation, at, subject);
  event.conversation_uuid =
      session_
          .value<Uuid>("SELECT uuid FROM conversations WHERE id = :conversation_id", conversation)
          .value_or(Uuid{});
  return event;
}

Result<Committed> Applier::on(const EraseMember& change, Memo&) {
  const auto had_left = session_.value<bool>(
      "SELECT has_left FROM members WHERE conversation_id = :conversation_id "
      "AND user_id = :user_id",
      change.conversation, change.user);
  if (!had_left) return fail(ErrorCode::not_participant);
  session_.execute(
      "DELETE FROM members WHERE conversation_id = :conversation_id AND user_id = :user_id",
      change.conversation, change.user);
  set_owner(change.conversation, change.new_owner);
  // Who had left before was reported then.
  if (!*had_left) {
    Event removed =
        lasting_event(EventKind::participant_removed, change.conversation, change.at, change.user);
    Event updated =
        conversation_event(EventKind::conversation_updated, change.conversation, change.at);
    removed.seqs = updated.seqs = change.held_up.bytes();
    insert_event(removed);
    insert_event(updated);
  }
  return Committed{};
}

Result<Committed> Applier::on(const DeleteConversation& change, Memo&) {
  const ConversationId id = change.conversation;
  // Posts wait for this row, so that none can slip in between.
  if (!session_.value<ConversationId>("SELECT id FROM conversations WHERE id = :id {lock}", id)) {
    return fail(ErrorCode::not_found);
  }
  std::vector<UserId> audience;
  session_.each<UserId>(
      "SELECT user_id FROM members WHERE conversation_id = :id AND has_left = 0 ORDER BY user_id",
      [&](UserId user) { audience.push_back(user); }, id);
  Event deleted = lasting_event(EventKind::conversation_deleted, id, change.at);
  unindex_conversation(id);
  session_.execute("DELETE FROM messages WHERE conversation_id = :id", id);
  session_.execute("DELETE FROM revisions WHERE conversation_id = :id", id);
  session_.execute("DELETE FROM events WHERE conversation_id = :id AND kind <> :removed", id,
                   EventKind::participant_removed);
  session_.execute("DELETE FROM members WHERE conversation_id = :id", id);
  session_.execute("DELETE FROM conversations WHERE id = :id", id);
  for (const UserId user : audience) {
    deleted.audience = user;
    insert_event(deleted);
  }
  return Committed{};
}

}  // namespace confab::storage
