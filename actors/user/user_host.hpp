#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include "actors/context.hpp"
#include "actors/mailbox.hpp"
#include "actors/rules/operation_gate.hpp"
#include "actors/rules/work_under_way.hpp"
#include "actors/user/retry_keys.hpp"

namespace confab::actors {

/// What a user's actor holds and does. serve() has one overload per request:
///   user_host.cpp  waking, retry keys, what others tell      account.cpp   the account itself
///   conversation_list.cpp  the list of conversations         search.cpp  messages by filter
///   message_lists.cpp  unread, notifications                 marking.cpp   reading, dismissing
class UserHost {
 public:
  static inline const char* name = "user";

  void start(UserId id, const Context* context, storage::Fence fence, UserActor self);

  /// To be called for every request that leaves the mailbox.
  void taken() { context_->users.taken(); }

  template <class Request>
  void receive(Request request, Answer<typename Request::Reply> answer) {
    if (account_ && kSpansConversations<Request> && !remembers_others()) {
      refresh(refusing(answer), [this, request, answer] { serve(request, answer); });
      return;
    }
    if (account_) {
      serve(request, answer);
      return;
    }
    wait_for_load([this, request = std::move(request),
                   answer = std::move(answer)](const Result<bool>& loaded) mutable {
      if (loaded.has_value()) {
        receive(std::move(request), std::move(answer));
      } else {
        answer.deliver(loaded.error());
      }
    });
  }

  // Retry keys need no account: people who register have none yet.
  void receive(const ClaimRetryKey& request, const Answer<ResourceView>& answer);
  void receive(const ReleaseRetryKey& request, const Answer<Done>& answer);
  // Needed only by who is awake; before that, loading reads the same.
  void receive(const MembershipChanged& news, const Answer<Done>& answer);

  bool may_rest();

  /// Forgets everything that may no longer be true; the next request loads it anew.
  void drop_memory();

 private:
  template <class Request>
  static constexpr bool kSpansConversations =
      std::is_same_v<Request, ListConversations> || std::is_same_v<Request, ListUnread> ||
      std::is_same_v<Request, ListNotifications> || std::is_same_v<Request, SearchMessages> ||
      std::is_same_v<Request, MarkRead> || std::is_same_v<Request, DismissAll> ||
      std::is_same_v<Request, OpenNotification>;

  struct Loaded {
    storage::User account;
    std::vector<storage::MembershipRow> memberships;
  };
  using LoadWaiter = std::function<void(const Result<bool>&)>;
  using OnError = std::function<void(Error)>;

  enum class ListKind : std::uint8_t {
    unread,
    notifications,
    read_notifications,
    open_notifications
  };

  /// What a conversation last said, and the version of it that this was true for.
  struct Digest {
    std::uint64_t version = 0;
    std::uint64_t count = 0;
    std::uint32_t limit = 0;
    std::vector<MessageRef> newest;
  };
  struct Membership {
    ActivityRef activity;
    std::uint64_t summary_version = 0;
    std::uint64_t summary_names = 0;
    std::string summary;  ///< JSON
    std::map<ListKind, Digest> digests;
  };
  /// A list as it was given out, good while `fingerprint` is the same.
  struct KeptList {
    std::uint64_t fingerprint = 0;
    ListView list;
  };
  /// Under which name to keep a list, and for which state of things it is made.
  struct Keep {
    std::string key;
    std::uint64_t fingerprint = 0;
  };
  /// One message among those of several conversations.
  struct Place {
    ConversationId conversation;
    MessageId id;
    Seq seq;
  };

  // --- requests ---
  void serve(const ShowUser& request, const Answer<ResourceView>& answer);
  void serve(const ChangeUser& request, const Answer<ResourceView>& answer);
  void serve(const DeleteAccount& request, const Answer<Done>& answer);
  void serve(const CreateConversation& request, const Answer<ResourceView>& answer);
  void serve(const ListConversations& request, const Answer<ListView>& answer);
  void serve(const ListUnread& request, const Answer<ListView>& answer);
  void serve(const ListNotifications& request, const Answer<ListView>& answer);
  void serve(const SearchMessages& request, const Answer<ListView>& answer);
  void serve(const MarkRead& request, const Answer<Counted>& answer);
  void serve(const DismissAll& request, const Answer<Counted>& answer);
  void serve(const OpenNotification& request, const Answer<ResourceView>& answer);

  // --- waking ---
  /// Whether what conversations said is good until the boards say otherwise. The boards know of
  /// this process only: in a cluster everything is asked anew.
  bool remembers_others() const { return context_->router == nullptr; }
  /// Reads anew which conversations he is in.
  void refresh(OnError failed, std::function<void()> then);
  void wait_for_load(LoadWaiter waiter);
  void loaded(Result<Loaded> result);
  void remember(ConversationId conversation, Timestamp updated_at);

  /// A callback that runs `then` in this actor, which does not go to rest before.
  template <class T, class F>
  std::function<void(Result<T>)> awaited(F then) {
    return resume<T>(self_, under_way_.counted(std::move(then)));
  }
  /// The same, unless the memory it was made for has been dropped.
  template <class T, class F>
  std::function<void(Result<T>)> resumed(F then) {
    auto run = [this, generation = generation_, then = std::move(then)](Result<T> result) mutable {
      if (generation == generation_) then(std::move(result));
    };
    return awaited<T>(std::move(run));
  }
  /// The same with a way out: for an error, and for an account that has gone meanwhile.
  template <class T, class F>
  std::function<void(Result<T>)> resumed_or(OnError failed, F then) {
    auto run = [this, generation = generation_, failed = std::move(failed),
                then = std::move(then)](Result<T> result) mutable {
      if (generation != generation_) {
        failed(fail(context_->access.is_gone(id_) ? ErrorCode::not_found : ErrorCode::overloaded));
      } else if (result.has_value()) {
        then(std::move(result.value()));
      } else {
        failed(std::move(result.error()));
      }
    };
    return awaited<T>(std::move(run));
  }
  template <class T, class F>
  void query(std::function<Result<T>(storage::Reader&)> ask, OnError failed, F then) {
    context_->persistence.read<T>(std::move(ask),
                                  resumed_or<T>(std::move(failed), std::move(then)));
  }
  template <class R>
  static OnError refusing(Answer<R> answer) {
    return [answer = std::move(answer)](Error error) { answer.deliver(std::move(error)); };
  }

  Caller as_caller() const { return {id_, account_->role}; }

  // --- retry keys ---
  void answer_claim(const RetryKey& retry, Result<storage::IdempotencyRecord> found,
                    const Answer<ResourceView>& answer);

  // --- account ---
  /// Runs `change` when no other change of the account is under way; it must call leave().
  template <class R, class F>
  void enter(const Answer<R>& answer, F change) {
    gate_.enter(OperationGate::Kind::exclusive, id_, [this, answer, change = std::move(change)] {
      if (account_) return change();
      // What it waited for was the end of the account.
      leave();
      answer.deliver(fail(ErrorCode::not_found));
    });
  }
  void change_account(const ChangeUser& request, const Answer<ResourceView>& answer);
  /// Ends a change that the database has not confirmed.
  void change_failed(ErrorCode code);
  /// The account's end is durable: from here on it is gone for everybody.
  void account_gone();
  void forget_account();
  Result<storage::User> changed_account(const ChangeUser& request) const;
  void account_changed(storage::User account, const ChangeUser& request,
                       const Answer<ResourceView>& answer);
  std::string render_account(bool in_full) const;
  void hide_account(const Caller& caller, const Answer<Done>& answer);
  /// What the audit log is to say of a change; none if it needs no entry.
  std::optional<storage::AuditEntry> audit_of(const ChangeUser& request,
                                              const storage::User& changed) const;
  void describe_target(storage::AuditEntry& entry) const;
  void leave() { gate_.leave(OperationGate::Kind::exclusive, id_); }

  // --- lists ---
  /// Changes whenever any of his lists may have changed.
  std::uint64_t fingerprint() const;
  std::vector<ConversationId> by_activity() const;
  void gather_refs(ListKind kind, std::vector<ConversationId> conversations,
                   std::optional<MessageId> older_than, std::uint32_t limit, OnError failed,
                   std::function<void(std::uint64_t, std::vector<Place>)> then);
  void ask_refs(ListKind kind, ConversationId conversation, std::optional<MessageId> older_than,
                std::uint32_t limit, Answer<MessageRefs> answer);
  void list_refs(ListKind kind, std::vector<ConversationId> conversations, RenderAs form,
                 const Window& window, std::optional<std::string> keep_as,
                 const Answer<ListView>& answer);
  /// The same, knowing that nothing beyond the newest `limit` is needed.
  void list_newest_refs(ListKind kind, std::vector<ConversationId> conversations, RenderAs form,
                        const Window& window, std::uint64_t limit,
                        std::optional<std::string> keep_as, const Answer<ListView>& answer);
  void render_places(std::vector<Place> places, Caller caller, RenderAs form, OnError failed,
                     std::function<void(std::vector<std::string>)> then);
  /// Shows the first `limit` places; more of them means that there are older ones.
  void give_places(std::uint64_t count, std::vector<Place> places, std::uint32_t limit,
                   Caller caller, RenderAs form, std::optional<Keep> keep,
                   const Answer<ListView>& answer);
  bool give_kept(const std::string& key, const Answer<ListView>& answer);
  void give_summaries(const std::vector<ConversationId>& page, std::uint64_t count, bool more,
                      std::uint32_t end, const Answer<ListView>& answer);
  void create_conversation(const CreateConversation& request,
                           const std::vector<storage::User>& people,
                           const Answer<ResourceView>& answer);
  struct UnreadSearch;
  void start_unread_search(const SearchMessages& request, storage::MessageFilter filter,
                           const Answer<ListView>& answer);
  void search_unread(const std::shared_ptr<UnreadSearch>& search);
  void give_unread_matches(UnreadSearch& search);

  UserId id_;
  const Context* context_ = nullptr;
  storage::Fence fence_;
  UserActor self_;

  std::optional<storage::User> account_;  ///< empty while asleep or loading
  std::unordered_map<ConversationId, Membership> memberships_;
  std::unordered_map<std::string, KeptList> kept_lists_;
  std::uint64_t membership_version_ = 1;
  RetryKeys retry_keys_{std::chrono::seconds(0)};  ///< set by start()
  std::uint64_t generation_ = 1;
  WorkUnderWay under_way_;
  OperationGate gate_;  ///< changes of the account, one at a time
  bool loading_ = false;
  std::vector<LoadWaiter> waiting_;
  std::vector<MembershipChanged> news_while_loading_;
};

}  // namespace confab::actors
