#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/model/ids.hpp"
#include "storage/model/seq_set.hpp"
#include "storage/model/time.hpp"
#include "storage/model/uuid.hpp"

namespace confab::storage {

enum class Role : std::uint8_t { guest = 0, host = 1, admin = 2 };

struct User {
  UserId id;
  Uuid uuid;
  std::string username;  ///< unique without regard to case
  std::string email;     ///< unique without regard to case
  std::string password_hash;
  std::string first_name;
  std::string last_name;
  std::string phone_number;
  Role role = Role::guest;
  bool is_active = true;
  bool is_deleted = false;  ///< the account is going: invisible, its remains are being cleared
  /// Grows when every token and session given out before must end (password, role, deactivation).
  std::int64_t access_epoch = 0;
  Timestamp created_at{};
  Timestamp updated_at{};
  std::optional<Timestamp> last_seen;
};

struct Conversation {
  ConversationId id;
  Uuid uuid;
  std::string title;
  UserId owner;
  Seq last_seq;                     ///< the last place given out, though its message may be deleted
  std::uint32_t message_count = 0;  ///< messages that are there, replies included
  Timestamp created_at{};
  Timestamp updated_at{};  ///< last activity: newest message or change of the conversation
};

/// One person's part in one conversation, past or present. Unread and notification state live here:
/// per member, never per message.
struct Member {
  ConversationId conversation;
  UserId user;
  Seq joined_after;  ///< what came before (and this) was never unread to him, nor notified
  Timestamp joined_at{};
  bool has_left = false;  ///< kept so that what he wrote can be found when his account goes
  SeqSet read;            ///< messages he has read; his own and older ones need not be in it
  SeqSet dismissed;       ///< messages whose notification he has read
};

struct Message {
  MessageId id;
  ConversationId conversation;
  Seq seq;
  UserId sender;
  UserId receiver;  ///< none: everybody in the group
  Seq parent;       ///< none: top level
  MessageId parent_id;
  std::uint8_t depth = 0;
  std::uint32_t reply_count = 0;  ///< direct replies that are there
  std::string content;
  Timestamp timestamp{};
  std::optional<Timestamp> edited_at;
};

/// A text that a message had before an edit.
struct Revision {
  Uuid id;
  MessageId message;
  ConversationId conversation;
  Seq seq;
  std::string content;
  Timestamp edited_at{};
  UserId edited_by;
};

/// One login: a family of refresh tokens, or a browser session. Ends as a whole.
struct Login {
  Uuid id;
  UserId user;
  bool is_session = false;
  Uuid current;   ///< jti of the refresh token that may be used next
  Uuid previous;  ///< the one used last: a lost answer may be fetched again briefly
  std::optional<Timestamp> rotated_at;
  std::string csrf_token;         ///< sessions only
  std::int64_t access_epoch = 0;  ///< the user's when it began; an older one is over
  Timestamp created_at{};
  Timestamp expires_at{};
};

enum class EventKind : std::uint8_t {
  message_created = 1,
  message_updated,
  message_deleted,
  message_read,
  notification_updated,
  conversation_created,
  conversation_updated,
  conversation_deleted,
  participant_added,
  participant_removed,
};

/// What live streams tell, written in the transaction of the change itself. A reference, not a
/// copy: the resource is rendered when it is read.
struct Event {
  EventPlace place;
  EventKind kind = EventKind::message_created;
  ConversationId conversation;
  UserId audience;  ///< none: everybody in the conversation
  UserId subject;   ///< whom it is about: the participant added, the reader
  MessageId message;
  Seq seq;
  Timestamp at{};
  /// What was read or dismissed, or counts as read since a member has gone: SeqSet::bytes() as
  /// stored. Checked by whoever uses it, so that one damaged row spoils no other.
  std::string seqs;
  Seq parent;  ///< of a deleted reply: the message that it answered, which has one reply less
  /// Where the event may outlive the conversation (participant_removed, conversation_deleted): the
  /// conversation's UUID.
  Uuid conversation_uuid;
};

enum class AuditTarget : std::uint8_t { user = 1, conversation, message };

/// What somebody did in the role of an administrator, written in the transaction of the change
/// itself.
struct AuditEntry {
  std::int64_t id = 0;  ///< given out by the database
  Timestamp at{};
  UserId actor;            ///< none: nobody with an account
  std::string actor_name;  ///< as he was called then; set it only where there is no actor
  std::string action;      ///< "user.change"
  AuditTarget target_type = AuditTarget::user;
  Uuid target;
  std::string target_label;  ///< as it was called then
  UserId subject;            ///< whose data label and values are: they go with his account
  std::string before;        ///< JSON object of what changed; empty: nothing
  std::string after;
  std::string client;  ///< the address that the request came from
};

/// An entry as it is read, with what its actor is called now; the zero UUID if his account is gone.
struct AuditRow {
  AuditEntry entry;
  Uuid actor_uuid;
  std::string actor_username;
};

/// The answer that a request with an Idempotency-Key got, kept to be given again.
struct IdempotencyRecord {
  UserId user;
  std::string key;
  std::string fingerprint;  ///< of method, path and body
  int status = 0;
  std::string body;
  Timestamp created_at{};
};

}  // namespace confab::storage
