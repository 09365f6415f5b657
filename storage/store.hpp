#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "storage/changes.hpp"
#include "storage/cluster_store.hpp"
#include "storage/model/entities.hpp"
#include "storage/model/error.hpp"

namespace confab::storage {

/// How a user is named: by either id, or by what is typed at login (username or email, any case).
struct LoginName {
  std::string value;
};
using UserKey = std::variant<UserId, Uuid, LoginName>;

/// Which rows of a list: `offset` rows are skipped, at most `limit` given.
struct PageRequest {
  std::uint64_t offset = 0;
  std::uint32_t limit = 20;
};

/// One page and the number of rows in all.
template <class T>
struct Page {
  std::uint64_t count = 0;
  std::vector<T> rows;
};

enum class UserOrder : std::uint8_t { id, username, created_at, last_seen };

struct UserFilter {
  std::string search;  ///< in username, first and last name; empty: all
  std::optional<Role> role;
  std::optional<bool> is_active;
  std::optional<std::vector<UserId>> among;      ///< only these
  std::optional<std::vector<UserId>> not_among;  ///< all but these
  UserOrder order = UserOrder::id;
  bool descending = false;
};

/// Where a message is.
struct MessagePlace {
  MessageId id;
  ConversationId conversation;
  Seq seq;
};

/// A conversation as its actor holds it.
struct ConversationSnapshot {
  Conversation conversation;
  std::vector<Member> members;                  ///< those who have left included
  SeqSet live;                                  ///< messages that are there
  SeqSet top_level;                             ///< of these, those that are no replies
  std::vector<std::pair<UserId, SeqSet>> sent;  ///< per sender, of the live ones
  std::vector<Message> newest;                  ///< newest first
};

/// A membership seen from the user.
struct MembershipRow {
  ConversationId conversation;
  Timestamp updated_at;  ///< the conversation's last activity
};

/// A message within a thread; a root has no parent.
struct ThreadNode {
  Seq seq;
  Seq parent;
};

struct MessageFilter {
  UserId visible_to;  ///< none: everything (admins)
  std::optional<ConversationId> conversation;
  std::optional<UserId> sender;
  std::optional<UserId> receiver;
  std::string search;                    ///< full text; empty: all
  std::optional<Timestamp> sent_after;   ///< inclusive
  std::optional<Timestamp> sent_before;  ///< exclusive
  std::optional<MessageId> older_than;   ///< keyset: only messages with a smaller id
  bool oldest_first = false;
};

/// How far the log of events goes.
struct LogBounds {
  /// Grows when the log had to be given up, as in a database restored from a copy: places of an
  /// earlier generation mean nothing.
  std::int64_t generation = 1;
  EventPlace begin;    ///< what came up to here may have been dropped for its age
  EventPlace end;      ///< of the newest event, or `begin`; may go back when events are removed
  EventPlace horizon;  ///< not before `end`; whatever is committed from now on gets a greater place
};

/// What one user has missed, and what is needed to say which of it was for him.
struct MissedEvents {
  LogBounds bounds;
  std::vector<ConversationId> memberships;  ///< that he is in now
  /// How he joined and left conversations since, oldest first; even beyond the horizon.
  std::vector<Event> turns;
  /// In the conversations that he is in now, addressed to him, or about his joining and leaving;
  /// oldest first.
  std::vector<Event> events;
  bool more = false;  ///< there are further events up to bounds.end
};

/// One who wants to follow the log together with the reader of its tail.
struct LogJoin {
  UserId user;
  std::optional<EventPlace> after;  ///< none: from where the tail is read to
};

struct TailQuery {
  std::optional<EventPlace> after;  ///< none: only find the end
  std::uint32_t limit = 1000;
  std::vector<LogJoin> joins;
  std::uint32_t join_limit = 500;  ///< events given to each of them
};

/// Who was in a new conversation can be told from these.
struct ConversationStart {
  ConversationId conversation;
  std::vector<UserId> participants;  ///< now
  std::vector<Event> turns;          ///< who joined and left it since, oldest first
};

/// The newest part of the log.
struct LogTail {
  LogBounds bounds;
  std::vector<Event> events;              ///< everybody's, oldest first
  EventPlace reached;                     ///< everything up to here has been given
  bool held_back = false;                 ///< more is there already, but not yet in its final order
  std::vector<ConversationStart> starts;  ///< of each conversation_created in `events`
  std::vector<MissedEvents> joins;        ///< in the order asked for
};

enum class ConversationOrder : std::uint8_t { updated_at, created_at, id };

struct ConversationFilter {
  std::string search{};  ///< in the title; empty: all
  std::optional<UserId> participant{};
  ConversationOrder order = ConversationOrder::updated_at;
  bool descending = true;
};

struct AuditFilter {
  std::optional<UserId> actor{};
  std::string action{};  ///< empty: all
  std::optional<Uuid> target{};
  std::optional<Timestamp> since{};  ///< inclusive
  std::optional<Timestamp> until{};  ///< exclusive
};

/// How much there is. Hidden accounts count no more.
struct Totals {
  std::int64_t users = 0;
  std::int64_t active_users = 0;
  std::int64_t admins = 0;
  std::int64_t conversations = 0;
  std::int64_t messages = 0;
};

/// What would go with an account.
struct Removal {
  std::uint64_t messages_sent = 0;
  std::uint64_t messages_received = 0;  ///< named as the receiver
  std::uint64_t replies_below = 0;      ///< of other people, below those messages
  std::uint64_t conversations = 0;      ///< that it takes part in
  std::uint64_t conversations_left_empty = 0;
  std::uint64_t history_entries = 0;  ///< that it wrote
};

/// A contradiction that `confab check` found, in words, and whether repair() mended it.
struct Finding {
  std::string text;
  bool repaired = false;
};

/// One connection for reading. Not thread-safe: one per thread. Every call is one consistent read;
/// after a lost connection it reconnects once by itself, then fails with storage_unavailable.
class Reader {
 public:
  virtual ~Reader() = default;

  virtual Result<bool> ping() = 0;

  /// not_found where there is none; deleted accounts are never given.
  virtual Result<User> user(const UserKey& key) = 0;
  virtual Result<std::vector<User>> users(const std::vector<UserId>& ids) = 0;
  virtual Result<Page<User>> users(const UserFilter& filter, PageRequest page) = 0;
  /// Accounts hidden but not yet cleared away.
  virtual Result<std::vector<UserId>> hidden_users() = 0;

  virtual Result<ConversationId> conversation_id(const Uuid& uuid) = 0;
  /// With the `newest` messages in full.
  virtual Result<ConversationSnapshot> conversation(ConversationId id, std::uint32_t newest) = 0;
  /// Conversations that the user is in now, newest activity first.
  virtual Result<std::vector<MembershipRow>> memberships(UserId user) = 0;
  /// Conversations that the user is or ever was in.
  virtual Result<std::vector<ConversationId>> traces(UserId user) = 0;
  /// All conversations by filter (admins).
  virtual Result<Page<ConversationId>> conversations(const ConversationFilter& filter,
                                                     PageRequest page) = 0;

  /// Those that exist, in no particular order.
  virtual Result<std::vector<MessagePlace>> places(const std::vector<MessageId>& ids) = 0;
  /// Messages whose ids share their first eight bytes with `id` (the time of creation).
  virtual Result<std::vector<MessagePlace>> places_created_with(const Uuid& id) = 0;
  /// In the order asked for; those that are gone are left out.
  virtual Result<std::vector<Message>> messages(ConversationId conversation,
                                                const std::vector<Seq>& seqs) = 0;
  /// The page's count does not depend on `older_than`.
  virtual Result<Page<MessagePlace>> messages(const MessageFilter& filter, PageRequest page) = 0;
  /// The message and all below it, in no particular order.
  virtual Result<std::vector<ThreadNode>> thread(ConversationId conversation, Seq root) = 0;
  /// The messages that `user` sent or received, and all replies below them.
  virtual Result<std::vector<ThreadNode>> touched_by(ConversationId conversation, UserId user) = 0;
  /// Newest first.
  virtual Result<Page<Revision>> revisions(ConversationId conversation, Seq seq,
                                           PageRequest page) = 0;

  /// Newest first.
  virtual Result<Page<AuditRow>> audit(const AuditFilter& filter, PageRequest page) = 0;
  /// Costs the same however much there is.
  virtual Result<Totals> totals() = 0;
  /// Costs as much as the conversations that the user ever was in are long.
  virtual Result<Removal> removal(UserId user) = 0;

  virtual Result<Login> login(const Uuid& id) = 0;
  virtual Result<IdempotencyRecord> reply(UserId user, const std::string& key) = 0;

  /// Kept answers that name the account, at most `limit`. Reads all that are kept.
  virtual Result<std::vector<ReplyKey>> replies_naming(UserId user, std::uint32_t limit) = 0;

  virtual Result<LogBounds> log_bounds() = 0;
  /// What comes after `after`, at most `limit` events.
  virtual Result<MissedEvents> missed_events(UserId user, EventPlace after,
                                             std::uint32_t limit) = 0;
  virtual Result<LogTail> log_tail(const TailQuery& query) = 0;
};

/// The one connection that writes. Not thread-safe.
class Writer {
 public:
  virtual ~Writer() = default;

  /// Applies the changes in order in one transaction and returns after COMMIT, one result per
  /// change. A change that cannot be applied fails alone: the others are committed. A change on a
  /// conversation whose earlier change in the same call failed with a machine's error fails too.
  /// If the connection is lost, the outcome is settled before returning: reconnect, look whether
  /// the transaction took effect (message ids and keys are the client's), apply what did not; when
  /// that is impossible within a few seconds all results are storage_unavailable.
  std::vector<Result<Committed>> commit(std::span<const Change> changes) {
    return commit(changes, {});
  }

  /// The same for a node of a cluster. `fences` is empty or holds the ownerships under which each
  /// change was decided on (a group's may be those of several nodes). The changes of a shard that
  /// is owned in another epoch now all fail with shard_lost, those of no shard if this node was
  /// declared dead; until COMMIT returns nobody can take the others' shards.
  virtual std::vector<Result<Committed>> commit(std::span<const Change> changes,
                                                std::span<const Fences> fences) = 0;
};

/// Where everything that must last is kept. Thread-safe; readers and writers are used by one thread
/// each and must not outlive it.
class Store {
 public:
  virtual ~Store() = default;

  /// Brings the schema up to this binary's version, under a lock.
  virtual Result<int> migrate() = 0;
  virtual Result<std::unique_ptr<Reader>> open_reader() = 0;
  /// `owner`: the node in whose name fenced changes are written.
  virtual Result<std::unique_ptr<Writer>> open_writer(NodeId owner = {}) = 0;

  /// Does beforehand, on any thread, what a writer would otherwise do while others wait for it.
  virtual void prepare(Change& change) const = 0;

  /// The nodes that share this database. Fails with internal if it cannot be shared.
  virtual Result<std::unique_ptr<ClusterStore>> open_cluster() {
    return fail(ErrorCode::internal, "this database serves one process only");
  }

  /// Recounts unread state, reply and message counters, order and orphans; mends them if asked to.
  /// Nothing else may be writing.
  virtual Result<std::vector<Finding>> check(bool repair) = 0;
};

/// A single file; one process at a time (a second one gets storage_unavailable).
Result<std::unique_ptr<Store>> open_sqlite(const std::string& path);

/// PostgreSQL 15. Empty fields are left to libpq's defaults.
struct PostgresAddress {
  std::string name, user, password, host, port;
};
Result<std::unique_ptr<Store>> open_postgres(const PostgresAddress& address);

}  // namespace confab::storage
