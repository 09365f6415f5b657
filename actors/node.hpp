#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "actors/answer.hpp"
#include "actors/boards/statistics_board.hpp"
#include "actors/cluster/status.hpp"
#include "actors/messages/auth.hpp"
#include "actors/messages/conversation.hpp"
#include "actors/messages/events.hpp"
#include "actors/messages/streams.hpp"
#include "actors/messages/user.hpp"
#include "config/settings.hpp"
#include "storage/store.hpp"

namespace confab::actors {

/// How a conversation is named from outside.
using ConversationRef = std::variant<ConversationId, Uuid>;
/// How a user is named from outside.
using UserRef = std::variant<UserId, Uuid>;

/// Who stands behind a request, once its token or session has been accepted.
struct Principal {
  Caller caller;
  Uuid login;              ///< the login that the token or session belongs to
  std::string csrf_token;  ///< sessions only
  std::int64_t epoch = 0;  ///< the account's
  Timestamp expires_at{};  ///< the token's, or the session's
};

/// A list of users by filter (see storage::UserFilter); rendered for the caller.
struct ListUsers {
  using Reply = ListView;
  Caller caller;
  storage::UserFilter filter;
  std::optional<bool> is_online;
  std::uint64_t offset = 0;
  std::uint32_t limit = 20;
};

/// All conversations (admins: ?all=true); rendered for the caller.
struct ListAllConversations {
  using Reply = ListView;
  Caller caller;
  Window window{};
  storage::ConversationFilter filter{};
};

/// The audit log, newest first. For administrators: the asker has seen to that.
struct ListAudit {
  using Reply = ListView;
  storage::AuditFilter filter;
  std::uint64_t offset = 0;
  std::uint32_t limit = 20;
};

/// How much there is, who is there and what is going on. What was written and who is there: on this
/// node.
struct Statistics {
  storage::Totals totals;
  std::size_t online = 0;   ///< users
  std::size_t streams = 0;  ///< open event streams
  StatisticsBoard::Figures written;
  std::size_t awake_users = 0;  ///< actors in memory
  std::size_t awake_conversations = 0;
  Timestamp started_at;
};

/// Everything below HTTP: the actors of one node and what they stand on.
///
/// Thread-safe after start(). No call blocks; callbacks run on an actor's or a storage thread and
/// must not block either. Every callback is called exactly once.
class Node {
 public:
  template <class T>
  using Callback = std::function<void(Result<T>)>;

  /// `store` must be migrated and outlives the node by being owned by it.
  Node(const config::Settings& settings, std::unique_ptr<storage::Store> store);
  ~Node();
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;

  /// Opens connections and starts the fixed actors; resumes what a crash left unfinished.
  Result<bool> start();

  /// Finishes writes under way and ends all actors. May block while the database does: the caller
  /// keeps a deadline.
  void stop();

  /// Asks the actor of that conversation or user; it is woken if it sleeps.
  template <class Request>
  void ask(ConversationId conversation, Request request,
           Callback<typename Request::Reply> callback);
  template <class Request>
  void ask(UserId user, Request request, Callback<typename Request::Reply> callback);

  /// Asks the authenticator.
  template <class Request>
  void ask(Request request, Callback<typename Request::Reply> callback);

  /// Lists that belong to nobody in particular.
  void list(ListUsers request, Callback<ListView> callback);
  void list(ListAllConversations request, Callback<ListView> callback);
  void list(ListAudit request, Callback<ListView> callback);

  /// What would go with an account; not_found if there is none.
  void removal_of(UserId user, Callback<storage::Removal> callback);
  /// From memory, and one read that costs the same however much there is.
  void statistics(Callback<Statistics> callback);

  /// Live events. Whoever has opened a stream says when its client is gone; end_streams() ends all
  /// of them, and no more can be opened.
  void open_stream(OpenStream request, Callback<StreamOpened> callback);
  void stream_closed(std::uint64_t stream);
  void end_streams();
  void list(ListEvents request, Callback<EventPage> callback);

  /// Turns outside names into ids; not_found where there is none. Usually answered from memory, on
  /// the calling thread.
  void resolve(const ConversationRef& ref, Callback<ConversationId> callback);
  void resolve(const UserRef& ref, Callback<UserId> callback);
  void resolve(const std::vector<UserRef>& refs,
               Callback<std::vector<std::optional<UserId>>> callback);
  void resolve(MessageId message, Callback<storage::MessagePlace> callback);

  /// Accepts a bearer token (signature, expiry, type, login still alive, account active). Fails
  /// with token_invalid (detail: "expired" | "type" | "user_not_found" | "user_inactive" | "").
  /// Usually answered from memory, on the calling thread. Notes the user's activity.
  void authenticate(const std::string& bearer_token, Callback<Principal> callback);
  void authenticate_session(const Uuid& session, Callback<Principal> callback);

  /// What this node knows of the others; none: it is alone.
  std::optional<ClusterStatus> cluster() const;

  /// True while the database answers and the node accepts work.
  void ready(Callback<bool> callback);

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace confab::actors
