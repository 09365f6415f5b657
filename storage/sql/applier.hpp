#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "storage/changes.hpp"
#include "storage/model/error.hpp"
#include "storage/sql/session.hpp"

namespace confab::storage {

/// Turns one change into statements, within the transaction that its session has open. The same for
/// both databases but for what a subclass of the hooks below says. Not thread-safe.
///
/// A change that fails may leave half of itself behind: the caller undoes it with a savepoint.
/// Complaints of the database come as soci::soci_error.
class Applier {
 public:
  explicit Applier(Session& session) : session_(session) {}
  virtual ~Applier() = default;

  Applier(const Applier&) = delete;
  Applier& operator=(const Applier&) = delete;

  /// `memo` keeps what must be the same if the change has to be applied once more.
  struct Memo {
    std::int64_t id = 0;
    std::optional<std::string> body;
    std::vector<Memo> parts;  ///< of a group
  };
  Result<Committed> apply(const Change& change, Memo& memo);

 protected:
  Session& session() { return session_; }

  /// The id for a new row of `users` or `conversations`; 0 to let the database give one out.
  virtual std::int64_t reserve_id(const char* table) = 0;
  virtual std::int64_t last_inserted_id() = 0;

  /// Appends to the log of events, giving it its position.
  virtual void insert_events(std::span<const Event> events) = 0;
  void insert_event(const Event& event) { insert_events({&event, 1}); }

  /// Keep the index of words in step with the messages. `content` is that of the stored row.
  virtual void index_message(ConversationId conversation, Seq seq, const std::string& content) = 0;
  virtual void unindex_message(ConversationId conversation, Seq seq,
                               const std::string& content) = 0;
  /// Before the messages themselves go.
  virtual void unindex_messages(ConversationId conversation, const std::vector<Seq>& seqs) = 0;
  virtual void unindex_conversation(ConversationId conversation) = 0;

  /// Keeps the total in step with a conversation's message_count, where no trigger does.
  virtual void count_messages(std::int64_t more) = 0;

  virtual Result<Committed> on(const PostMessage& change, Memo& memo) = 0;
  virtual Result<Committed> on(const SaveReadState& change, Memo& memo);

 private:
  Result<Committed> on(const InsertUser& change, Memo& memo);
  Result<Committed> on(const UpdateUser& change, Memo& memo);
  Result<Committed> on(const TouchUser& change, Memo& memo);
  Result<Committed> on(const HideUser& change, Memo& memo);
  Result<Committed> on(const RemoveUser& change, Memo& memo);
  Result<Committed> on(const InsertConversation& change, Memo& memo);
  Result<Committed> on(const UpdateConversation& change, Memo& memo);
  Result<Committed> on(const AddMember& change, Memo& memo);
  Result<Committed> on(const RemoveMember& change, Memo& memo);
  Result<Committed> on(const DeleteConversation& change, Memo& memo);
  Result<Committed> on(const EditMessage& change, Memo& memo);
  Result<Committed> on(const DeleteMessages& change, Memo& memo);
  Result<Committed> on(const DeleteRevisionsBy& change, Memo& memo);
  Result<Committed> on(const EraseMember& change, Memo& memo);
  Result<Committed> on(const StartLogin& change, Memo& memo);
  Result<Committed> on(const RotateLogin& change, Memo& memo);
  Result<Committed> on(const EndLogin& change, Memo& memo);
  Result<Committed> on(const EndLoginsOf& change, Memo& memo);
  Result<Committed> on(const KeepReply& change, Memo& memo);
  Result<Committed> on(const ForgetReplies& change, Memo& memo);
  Result<Committed> on(const Purge& change, Memo& memo);
  Result<Committed> on(const ChangeGroup& group, Memo& memo);

  /// Whether the account is there. If so, it cannot be hidden before this transaction has ended.
  bool hold_account(UserId user);
  void insert_member(const Member& member);
  void set_owner(ConversationId conversation, UserId owner);
  void keep_events_without(UserId user);
  void delete_logins(UserId user);
  /// Drops the oldest events if they are from before that time, at most `step` of them.
  long long purge_events(Timestamp before, int step);
  /// An event that tells, even if the conversation goes, which it was.
  Event lasting_event(EventKind kind, ConversationId conversation, Timestamp at,
                      UserId subject = {});
  /// Writes what goes with a change into the audit log.
  void insert_audit(const AuditEntry& entry, const Committed& committed);
  /// Leaves nothing but ids of a person in it.
  void clear_audit(UserId user);
  void take_replies(ConversationId conversation, Seq parent, std::uint32_t count);

 protected:
  /// Stores the answer that goes with a change, if any.
  void keep_reply(const std::optional<PendingReply>& reply, Memo& memo, std::int64_t id = 0);

 private:
  Session& session_;
};

/// The conversations that a change belongs to: none, one, or those of a group.
std::vector<ConversationId> conversations_of(const Change& change);

/// What an event says of a conversation as a whole.
Event conversation_event(EventKind kind, ConversationId conversation, Timestamp at,
                         UserId subject = {});
/// What an event says of one message.
Event message_event(EventKind kind, ConversationId conversation, Seq seq, MessageId message,
                    Timestamp at);
/// The events that SaveReadState leaves.
std::vector<Event> read_events(const SaveReadState& change);

}  // namespace confab::storage
