#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "storage/model/entities.hpp"

// What can be written. One struct per change; each takes effect wholly or not at all, together with
// the event it leaves in the log, its idempotency record and its entry in the audit log.

namespace confab::storage {

/// An idempotency record whose body may need the id that the database is about to give out.
struct PendingReply {
  IdempotencyRecord record;
  /// If set, makes record.body from the new id; called once, on the writer's thread.
  std::function<std::string(std::int64_t new_id)> body_for;
};

/// Gives Committed::id. Fails with username_taken or email_taken.
struct InsertUser {
  User user;  ///< id is ignored
  std::optional<PendingReply> reply{};
  std::optional<AuditEntry> audit{};  ///< its subject is the new account
};

/// Replaces all columns of the row but id, uuid and created_at. Fails with username_taken,
/// email_taken or not_found.
struct UpdateUser {
  User user;
  std::optional<AuditEntry> audit{};
};

struct TouchUser {
  UserId user;
  Timestamp last_seen;
};

/// Ends the account for everybody to see: is_deleted, all logins gone, access_epoch grown, the name
/// and email free again. Its remains are then cleared step by step.
struct HideUser {
  UserId user;
  std::optional<AuditEntry> audit{};
};

/// The last step: removes revisions that the user wrote, memberships, idempotency records, events
/// about the user, what the audit log holds of him besides ids, and the row. Precondition: no
/// message sent or received by the user is left.
struct RemoveUser {
  UserId user;
};

/// Gives Committed::id; leaves conversation_created. Fails with unknown_user if the account of a
/// member has been hidden.
struct InsertConversation {
  Conversation conversation;  ///< id is ignored, last_seq must be none
  std::vector<UserId> members;
  std::optional<PendingReply> reply{};
};

/// Sets title and owner; leaves conversation_updated.
struct UpdateConversation {
  ConversationId conversation;
  std::string title;
  UserId owner;
  Timestamp updated_at;
  std::optional<AuditEntry> audit{};
};

/// Inserts the membership or revives that of one who had left (with the given read sets);
/// leaves participant_added. Fails with unknown_user if the account has been hidden.
struct AddMember {
  Member member;
  std::optional<PendingReply> reply{};
  std::optional<AuditEntry> audit{};
};

/// Marks the membership as left and clears its read sets; leaves participant_removed. `new_owner`
/// replaces the owner if given.
struct RemoveMember {
  ConversationId conversation;
  UserId user;
  UserId new_owner;
  Timestamp at;
  std::optional<PendingReply> reply{};
  SeqSet held_up{};  ///< messages that he alone had not read: they count as read now
  std::optional<AuditEntry> audit{};
};

/// Removes the conversation with all its messages, revisions, memberships and events, and leaves
/// one conversation_deleted per member who was in it (audience = that member). Who had left before
/// may yet have to hear of that: participant_removed stays.
struct DeleteConversation {
  ConversationId conversation;
  Timestamp at;
  std::optional<AuditEntry> audit{};
};

/// Appends a message and moves the conversation's last_seq, message_count and updated_at; counts it
/// at its parent; leaves message_created. Fails with storage_conflict unless message.seq follows
/// the stored last_seq immediately, so that even a stale owner cannot fork a conversation.
struct PostMessage {
  Message message;
  std::optional<PendingReply> reply{};
  std::string words{};  ///< that it will be found by, as Store::prepare() makes them, or empty
};

/// Stores the text it had before and replaces it; leaves message_updated.
struct EditMessage {
  Revision before;
  std::string content;
};

/// Removes messages of one conversation with their revisions and their events; moves message_count;
/// leaves message_deleted for each of `roots`. `seqs` must hold every reply below each of them.
struct DeleteMessages {
  ConversationId conversation;
  std::vector<Seq> seqs;
  /// Messages that stay, with the number of direct replies that each loses.
  std::vector<std::pair<Seq, std::uint32_t>> parents;
  struct Root {
    Seq seq;
    MessageId id;
    Seq parent;  ///< the message that stays and that this one answered, if any
  };
  std::vector<Root> roots;
  Timestamp updated_at;  ///< the conversation's last activity afterwards
  Timestamp at;
  std::optional<AuditEntry> audit{};
};

/// Replaces one member's read sets: one row whatever was read. Leaves message_read (subject = user)
/// and notification_updated (audience = user), each unless nothing has changed for it.
struct SaveReadState {
  ConversationId conversation;
  UserId user;
  SeqSet read;
  SeqSet dismissed;
  SeqSet newly_read;
  SeqSet changed_notifications;  ///< dismissed or brought back
  Timestamp at;
  std::optional<PendingReply> reply{};
};

/// Removes revisions that `user` wrote within one conversation.
struct DeleteRevisionsBy {
  ConversationId conversation;
  UserId user;
};

/// Removes one membership entirely (account deletion). Unless he had left before, leaves
/// participant_removed, and conversation_updated for those who read the log when the account and
/// all events that name it are gone.
struct EraseMember {
  ConversationId conversation;
  UserId user;
  UserId new_owner;  ///< replaces the owner if given
  Timestamp at;
  SeqSet held_up{};  ///< as in RemoveMember
};

struct StartLogin {
  Login login;
};

/// Moves a login on to its next refresh token. Fails with token_blacklisted unless `used` is still
/// the current one.
struct RotateLogin {
  Uuid login;
  Uuid used;
  Uuid next;
  Timestamp at;
  Timestamp expires_at;
};

struct EndLogin {
  Uuid login;
};

struct EndLoginsOf {
  UserId user;
};

/// Keeps an answer that had no other effect to be stored with.
struct KeepReply {
  PendingReply reply;
};

/// Whose answer is kept, and under which key.
struct ReplyKey {
  UserId user;
  std::string key;
};

/// Drops kept answers; a repetition of those requests is a new request.
struct ForgetReplies {
  std::vector<ReplyKey> replies;
};

/// Housekeeping: drops what is older than the given moments, at most some thousand rows of each
/// kind, so that nobody has to wait. Committed::id tells how many: repeat until it is 0.
struct Purge {
  Timestamp events_before;
  Timestamp replies_before;
  Timestamp logins_before;
};

struct ChangeGroup;

using Change = std::variant<InsertUser, UpdateUser, TouchUser, HideUser, RemoveUser,
                            InsertConversation, UpdateConversation, AddMember, RemoveMember,
                            DeleteConversation, PostMessage, EditMessage, DeleteMessages,
                            SaveReadState, DeleteRevisionsBy, EraseMember, StartLogin, RotateLogin,
                            EndLogin, EndLoginsOf, KeepReply, ForgetReplies, Purge, ChangeGroup>;

/// Changes that take effect in this order, all of them or none: fails as the first that fails.
/// Committed::id is the last one that was given out.
struct ChangeGroup {
  std::vector<Change> changes;
};

/// Whether a change of this kind may leave events in the log.
template <class T>
inline constexpr bool kLeavesEvents =
    std::is_same_v<T, InsertConversation> || std::is_same_v<T, UpdateConversation> ||
    std::is_same_v<T, AddMember> || std::is_same_v<T, RemoveMember> ||
    std::is_same_v<T, DeleteConversation> || std::is_same_v<T, PostMessage> ||
    std::is_same_v<T, EditMessage> || std::is_same_v<T, DeleteMessages> ||
    std::is_same_v<T, SaveReadState> || std::is_same_v<T, EraseMember> ||
    std::is_same_v<T, ChangeGroup>;

/// What a change gave.
struct Committed {
  std::int64_t id = 0;  ///< of the row inserted, where the database gives one out
};

}  // namespace confab::storage
