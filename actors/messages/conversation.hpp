#pragma once

#include <optional>
#include <string>
#include <vector>

#include "actors/messages/common.hpp"

// What a conversation's actor can be asked. Unless said otherwise a caller who is neither a
// participant nor an admin gets not_found, as if the conversation did not exist.

namespace confab::actors {

/// Appends a message; answered after it is durable. Fails with parent_not_found, parent_elsewhere,
/// thread_too_deep, receiver_not_participant, idempotency_*. An admin must take part to post.
struct SendMessage {
  using Reply = ResourceView;
  Caller caller;
  std::string content;  ///< trimmed, 1 … max length, valid UTF-8 without NUL
  std::optional<MessageId> parent;
  std::optional<UserId> receiver;
  std::optional<RetryKey> retry;
};

/// A set of messages of one conversation, as storage::SeqSet::bytes().
struct SeqBits {
  std::string bytes;
};

/// Messages newest first: top level only, or all.
struct ListMessages {
  using Reply = ListView;
  Caller caller;
  bool with_replies = false;
  bool oldest_first = false;
  Window window{};
};

/// One message. A recipient who opens it has read it.
struct OpenMessage {
  using Reply = ResourceView;
  Caller caller;
  Seq seq;
  bool reads = true;  ///< false: the caller is not shown it (HEAD)
};

/// Replaces the text (its sender only: not_message_sender; participants only). The same text
/// changes nothing. `if_match`: fails with changed_meanwhile unless the message still has this
/// etag.
struct ChangeMessage {
  using Reply = ResourceView;
  Caller caller;
  Seq seq;
  std::optional<std::string> content;  ///< none: nothing to change
  std::optional<std::string> if_match;
};

/// Removes a message and all replies below it (its sender while a participant, or an admin).
struct RemoveMessage {
  using Reply = Done;
  Caller caller;
  Seq seq;
};

/// A message and all below it, depth first, older first. Marks what is shown as read.
struct ShowThread {
  using Reply = ListView;
  Caller caller;
  MessageId root;
  Window window{};
  bool reads = true;  ///< false: the caller is not shown it (HEAD)
};

/// Texts that a message had before, newest edit first.
struct ShowHistory {
  using Reply = ListView;
  Caller caller;
  Seq seq;
  Window window{};
};

/// Marks everything as read for the caller.
struct MarkConversationRead {
  using Reply = Counted;
  Caller caller;
  std::optional<RetryKey> retry;
};

/// What a change of read state across conversations comes to in one of them.
struct PreparedReading {
  std::uint64_t count = 0;  ///< 0: there is nothing to store, and nothing to finish
  std::string read;         ///< as storage::SeqSet::bytes(), like the others
  std::string dismissed;
  std::string newly_read;
  std::string changed_notifications;
  std::int64_t epoch = 0;  ///< of the conversation's shard, under which it holds; 0: of none
};

/// Begins a change of the caller's read state that spans conversations: says what it comes to here
/// and holds back other changes of it until FinishReading. A stranger has nothing to read.
struct PrepareReading {
  using Reply = PreparedReading;
  Caller caller;
  Uuid operation;                        ///< unique
  std::optional<std::vector<Seq>> seqs;  ///< none: dismiss all notifications, read nothing
  std::int64_t epoch = 0;  ///< of the caller's shard, under which his actor decides; 0: of none
};

enum class ReadingOutcome : std::uint8_t { stored, abandoned, unknown };

/// Ends what PrepareReading has begun.
struct FinishReading {
  using Reply = Done;
  Uuid operation;
  ReadingOutcome outcome = ReadingOutcome::abandoned;
};

/// Which messages are unread to the caller. A stranger gets none.
struct ShowUnreadSet {
  using Reply = SeqBits;
  Caller caller;
};

/// Marks one message as read for the caller and shows it.
struct MarkMessageRead {
  using Reply = ResourceView;
  Caller caller;
  Seq seq;
  std::optional<RetryKey> retry;
};

/// The conversation with its participants, newest 20 messages, last message and unread count.
struct ShowConversation {
  using Reply = ResourceView;
  Caller caller;
};

/// The same without the messages: an item of the list of conversations.
struct SummarizeConversation {
  using Reply = ResourceView;
  Caller caller;
};

/// Sets the title, and who takes part (the caller stays; any participant may). None: unchanged.
struct ChangeConversation {
  using Reply = ResourceView;
  Caller caller;
  std::optional<std::string> title;
  std::optional<std::vector<UserId>> participants;  ///< existing users
};

/// Lets an existing user take part (any participant may). No effect if he does already.
struct AddParticipant {
  using Reply = ResourceView;
  Caller caller;
  UserId user;
  std::optional<RetryKey> retry;
};

/// Takes a participant out (himself, the owner, an admin). The last one takes the conversation
/// along.
struct RemoveParticipant {
  using Reply = ResourceView;
  Caller caller;
  UserId user;
  std::optional<RetryKey> retry;
};

/// Removes the conversation with everything in it (owner or admin).
struct RemoveConversation {
  using Reply = Done;
  Caller caller;
};

/// A message of this conversation that is unread to a user, or notified to him.
struct MessageRef {
  MessageId id;
  Seq seq;
};

/// How many, and the newest.
struct MessageRefs {
  std::uint64_t count = 0;
  std::vector<MessageRef> newest;
  std::uint64_t version = 0;  ///< of the conversation, when this was true
};

/// What is unread to the caller. A stranger gets none.
struct ListUnreadHere {
  using Reply = MessageRefs;
  Caller caller;
  std::optional<MessageId> older_than;
  std::uint32_t limit = 20;
};

/// The caller's notifications here. A stranger gets none.
struct ListNotificationsHere {
  using Reply = MessageRefs;
  Caller caller;
  std::optional<bool> is_read;
  std::optional<MessageId> older_than;
  std::uint32_t limit = 20;
};

enum class RenderAs : std::uint8_t { message, notification };

/// Messages rendered for a list, one JSON text each; empty where it is gone or not for the caller.
struct Rendered {
  std::vector<std::string> items;
};

struct RenderMessages {
  using Reply = Rendered;
  Caller caller;
  RenderAs form = RenderAs::message;
  std::vector<Seq> seqs;
};

/// Sets whether the caller's notification of this message is read.
struct ChangeNotification {
  using Reply = ResourceView;
  Caller caller;
  Seq seq;
  std::optional<bool> is_read;  ///< none: only show it
};

/// Removes everything that the account left here, in steps that hold nobody up.
/// Hidden at once, answered when nothing is left.
struct EraseAccount {
  using Reply = Done;
  UserId user;
};

}  // namespace confab::actors
