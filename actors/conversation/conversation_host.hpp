#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "actors/context.hpp"
#include "actors/conversation/message_cache.hpp"
#include "actors/mailbox.hpp"
#include "actors/rules/conversation_state.hpp"
#include "actors/rules/operation_gate.hpp"
#include "actors/rules/work_under_way.hpp"

namespace confab::actors {

/// What a conversation's actor holds and does. One request at a time, on the actor's thread;
/// whatever waits for storage goes on in a continuation. serve() has one overload per request:
///   conversation_host.cpp  waking, committing, failing     rendering.cpp  JSON from memory
///   posting.cpp   messages written, edited, removed         listing.cpp    messages, threads
///   reading.cpp   unread and notifications                  membership.cpp who takes part
///   reading_together.cpp  its part in reading across conversations
///   erasing.cpp   an account's remains                      auditing.cpp   what admins did
///   telling.cpp   events for streams
class ConversationHost {
 public:
  static inline const char* name = "conversation";

  void start(ConversationId id, const Context* context, storage::Fence fence,
             ConversationActor self);

  /// To be called for every request that leaves the mailbox.
  void taken() { context_->conversations.taken(); }

  /// Serves the request, after loading if need be.
  template <class Request>
  void receive(Request request, Answer<typename Request::Reply> answer) {
    if (state_) {
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

  // Memory that is being read may wait for it.
  void receive(const FinishReading& request, const Answer<Done>& answer);

  /// True if nothing is under way and the directory has let go of this actor.
  bool may_rest();

  /// Forgets everything that may no longer be true; the next request loads it anew. Requests under
  /// way fail with `overloaded`.
  void drop_memory();

 private:
  struct Loaded {
    storage::ConversationSnapshot snapshot;
    std::vector<storage::User> people;
  };
  using Messages = std::vector<CachedMessage*>;
  using LoadWaiter = std::function<void(const Result<bool>&)>;

  // --- requests ---
  void serve(const SendMessage& request, const Answer<ResourceView>& answer);
  void serve(const ListMessages& request, const Answer<ListView>& answer);
  void serve(const OpenMessage& request, const Answer<ResourceView>& answer);
  void serve(const ChangeMessage& request, const Answer<ResourceView>& answer);
  void serve(const RemoveMessage& request, const Answer<Done>& answer);
  void serve(const ShowThread& request, const Answer<ListView>& answer);
  void serve(const ShowHistory& request, const Answer<ListView>& answer);
  void serve(const MarkConversationRead& request, const Answer<Counted>& answer);
  void serve(const PrepareReading& request, const Answer<PreparedReading>& answer);
  void serve(const MarkMessageRead& request, const Answer<ResourceView>& answer);
  void serve(const ListUnreadHere& request, const Answer<MessageRefs>& answer);
  void serve(const ListNotificationsHere& request, const Answer<MessageRefs>& answer);
  void serve(const RenderMessages& request, const Answer<Rendered>& answer);
  void serve(const ChangeNotification& request, const Answer<ResourceView>& answer);
  void serve(const ShowUnreadSet& request, const Answer<SeqBits>& answer);
  void serve(const ShowConversation& request, const Answer<ResourceView>& answer);
  void serve(const SummarizeConversation& request, const Answer<ResourceView>& answer);
  void serve(const ChangeConversation& request, const Answer<ResourceView>& answer);
  void serve(const AddParticipant& request, const Answer<ResourceView>& answer);
  void serve(const RemoveParticipant& request, const Answer<ResourceView>& answer);
  void serve(const RemoveConversation& request, const Answer<Done>& answer);
  void serve(const EraseAccount& request, const Answer<Done>& answer);
  void serve(const RenderEvents& request, const Answer<RenderedEvents>& answer);
  void serve(const SignalTyping& request, const Answer<Done>& answer);

  // --- waking and failing ---
  void wait_for_load(LoadWaiter waiter);
  void load_when_settled();
  void load();
  void loaded(Result<Loaded> result);
  /// Says on the board that something has changed. Before anybody is answered.
  void changed() { context_->activity.changed(*activity_); }

  /// A callback that runs `then` in this actor, unless the memory it was made for has been dropped.
  /// The actor does not go to rest before.
  template <class T, class F>
  std::function<void(Result<T>)> resumed(F then) {
    auto run = [this, generation = generation_, then = std::move(then)](Result<T> result) mutable {
      if (generation == generation_) then(std::move(result));
    };
    return resume<T>(self_, under_way_.counted(std::move(run)));
  }

  using OnError = std::function<void(Error)>;
  using OnMessages = std::function<void(const Messages&)>;

  template <class R>
  static OnError refusing(Answer<R> answer) {
    return [answer = std::move(answer)](Error error) { answer.deliver(std::move(error)); };
  }

  /// Runs a query and continues here, or calls `failed`.
  template <class T, class F>
  void query(std::function<Result<T>(storage::Reader&)> ask, OnError failed, F then) {
    context_->persistence.read<T>(
        std::move(ask),
        resumed<T>([failed = std::move(failed), then = std::move(then)](Result<T> result) mutable {
          if (result.has_value()) {
            then(std::move(result.value()));
          } else {
            failed(std::move(result.error()));
          }
        }));
  }

  /// Writes one change and continues here. If that fails, memory is dropped and `failed` is called;
  /// after unknown_user memory stays, and `failed` must end the operation.
  void commit(storage::Change change, OnError failed, std::function<void()> then);

  /// Runs `start` when no other operation of that kind stands in its way; it must call leave().
  void enter(OperationGate::Kind kind, UserId who, OperationGate::Start start) {
    gate_.enter(kind, who, std::move(start));
  }
  /// Precondition: what the operation wrote has taken effect here.
  void leave(OperationGate::Kind kind, UserId who = {}) {
    gate_.leave(kind, who);
    tell_what_waited_for(kind, who);
  }

  // --- messages ---
  /// Gives the messages of `seqs` in that order, from memory or storage; those gone are left out.
  /// The pointers are valid within the call.
  void with_messages(const std::vector<Seq>& seqs, OnError failed, const OnMessages& then);
  void with_message(Seq seq, OnError failed, std::function<void(CachedMessage&)> then);
  void with_parent(MessageId id, const Caller& caller, OnError failed,
                   std::function<void(ParentMessage)> then);
  void post(const SendMessage& request, const std::optional<ParentMessage>& parent,
            const Answer<ResourceView>& answer);
  void posted(CachedMessage cached, const Answer<ResourceView>& answer);
  void edit(const ChangeMessage& request, CachedMessage& cached,
            const Answer<ResourceView>& answer);
  void remove_thread(const RemoveMessage& request, const std::vector<storage::ThreadNode>& nodes,
                     const Answer<Done>& answer);
  void forget_messages(const storage::DeleteMessages& change);

  // --- reading ---
  /// Marks `seqs` as read for a participant; gives how many were unread to him.
  void read(UserId user, storage::SeqSet seqs, std::optional<storage::PendingReply> reply,
            OnError failed, std::function<void(std::uint64_t)> then);
  /// Stores what `make` gives once no other read state of the user is on its way.
  void save_read_state(UserId user, storage::SaveReadState change, OnError failed,
                       std::function<void()> then);
  struct RefSearch;
  void give_refs(const storage::SeqSet& set, std::optional<MessageId> older_than,
                 std::uint32_t limit, const Answer<MessageRefs>& answer);
  void find_refs(const std::shared_ptr<RefSearch>& search);

  /// A read state that is being stored together with those of other conversations.
  struct Prepared {
    UserId user;
    ReadState state;
    storage::Fence under;      ///< the ownership under which his actor decides
    std::uint64_t generation;  ///< of the memory that it was prepared from
  };
  void prepare(const PrepareReading& request, const Answer<PreparedReading>& answer);
  void look_after(const Uuid& operation, std::chrono::seconds age);
  void finish(const Prepared& part, ReadingOutcome outcome);

  // --- membership ---
  /// The conversation as it is about to be, and what makes it so.
  struct Transition {
    ConversationState after;
    std::vector<storage::Change> changes;
    std::vector<UserId> joining;
    std::vector<UserId> leaving;
  };
  void join(Transition& transition, const storage::User& user, const Caller& caller);
  void leave_for_good(Transition& transition, UserId user, const Caller& caller);
  /// Commits a transition and shows its outcome to the caller. Precondition: entered exclusively.
  void carry_out(Transition transition, UserId caller, const std::optional<RetryKey>& retry,
                 const Answer<ResourceView>& answer);
  /// As commit(), all of them or none.
  void commit_all(std::vector<storage::Change> changes, OnError failed, std::function<void()> then);
  struct MemberPlan {
    std::vector<UserId> joining;
    std::vector<UserId> leaving;
  };
  Result<MemberPlan> plan_members(const ChangeConversation& request) const;
  void change_conversation(const ChangeConversation& request,
                           const std::vector<storage::User>& joining,
                           const std::vector<UserId>& leaving, const Answer<ResourceView>& answer);
  /// Precondition: entered exclusively. `caller`: an admin's deletion of what is not his is
  /// audited.
  void remove_conversation(const Caller& caller, std::optional<storage::PendingReply> reply,
                           OnError failed, std::function<void()> then);
  void tell_membership(UserId user, bool joined);
  /// Ends an exclusive operation with an error.
  template <class R>
  OnError leaving_with(Answer<R> answer) {
    return [this, answer = std::move(answer)](Error error) {
      leave(OperationGate::Kind::exclusive);
      answer.deliver(std::move(error));
    };
  }

  // --- auditing ---
  /// An entry about this conversation; none if the caller needs none.
  std::optional<storage::AuditEntry> audit_of(const Caller& caller, std::string action) const;
  std::optional<storage::AuditEntry> audit_of_participant(const Caller& caller, std::string action,
                                                          const Uuid& user) const;
  std::optional<storage::AuditEntry> audit_of_title(const Caller& caller,
                                                    const std::string& title) const;
  std::optional<storage::AuditEntry> audit_of_removal(const Caller& caller) const;
  std::optional<storage::AuditEntry> audit_of_message(const Caller& caller,
                                                      const storage::Message& message,
                                                      std::size_t removed) const;

  // --- erasing ---
  struct Erasure;
  void list_remains(const std::shared_ptr<Erasure>& erasure);
  void follow_posts(const std::shared_ptr<Erasure>& erasure);
  void add_newer_remains(const std::shared_ptr<Erasure>& erasure, const Messages& newer);
  void hide_remains(const std::shared_ptr<Erasure>& erasure);
  void erase_next_step(const std::shared_ptr<Erasure>& erasure);
  void erase_messages(const std::shared_ptr<Erasure>& erasure, std::vector<storage::Message> batch);
  void erase_membership(const std::shared_ptr<Erasure>& erasure);

  // --- telling ---
  struct Telling;
  bool awaits_nothing(const Telling& telling) const;
  void tell_what_waited_for(OperationGate::Kind kind, UserId who);
  void tell(const std::shared_ptr<Telling>& telling);
  void gather(const std::shared_ptr<Telling>& telling, std::vector<Seq> seqs,
              std::function<void()> then);
  RenderedEvents render_events(Telling& telling);
  bool render_event(Telling& telling, const EventToRender& one, std::vector<RenderedEvent>& parts);
  void tell_message(Telling& telling, Seq seq, const RenderedEvent& like,
                    const std::vector<UserId>& viewers, std::vector<RenderedEvent>& parts);
  void tell_created(Telling& telling, Seq seq, const std::vector<UserId>& viewers,
                    std::vector<RenderedEvent>& parts);
  void tell_edited(Telling& telling, storage::Seq seq, const std::vector<UserId>& viewers,
                   std::vector<RenderedEvent>& parts);
  void tell_deleted(Telling& telling, const storage::Event& event,
                    const std::vector<UserId>& viewers, std::vector<RenderedEvent>& parts);
  bool tell_read(const storage::Event& event, const std::vector<UserId>& viewers,
                 std::vector<RenderedEvent>& parts);
  bool tell_notifications(Telling& telling, const storage::Event& event,
                          const std::vector<UserId>& viewers, std::vector<RenderedEvent>& parts);
  void tell_removed(Telling& telling, const EventToRender& one, std::vector<UserId> viewers,
                    std::vector<RenderedEvent>& parts);
  bool names_somebody(const storage::Event& event) const;
  void tell_read_by_now(const storage::Event& event, const std::vector<UserId>& viewers,
                        std::vector<RenderedEvent>& parts);
  void tell_conversation(Telling& telling, const storage::Event& event, EventType type,
                         const std::vector<UserId>& viewers, std::vector<RenderedEvent>& parts);

  // --- rendering ---
  std::string person(UserId user) const;
  Uuid person_uuid(UserId user) const;
  const std::string& begun(CachedMessage& cached);
  std::string render(const ConversationState& state, CachedMessage& cached, UserId viewer);
  std::string render_notification(const CachedMessage& cached, UserId user);
  ResourceView view(CachedMessage& cached, UserId viewer, int status = 200);
  ListView list_view(std::uint64_t count, const Messages& messages, const Caller& caller);
  std::string render_conversation(const ConversationState& state, UserId viewer,
                                  CachedMessage* last, const Messages* messages);
  std::string participants_json(const ConversationState& state);
  std::string list_etag(const Caller& caller, const Window& window, int variant) const;
  void show_conversation(UserId viewer, bool with_messages_too, const Answer<ResourceView>& answer);

  ConversationId id_;
  const Context* context_ = nullptr;
  storage::Fence fence_;
  ConversationActor self_;
  ActivityRef activity_;

  std::optional<ConversationState> state_;  ///< empty while asleep or loading
  MessageCache cache_{0};
  std::unordered_map<UserId, PersonRef> people_;  ///< all who take part or ever did
  std::string uuid_json_;
  std::string participants_json_;
  std::uint64_t participants_version_ = 0;  ///< of the names in participants_json_; 0: to be made
  WorkUnderWay under_way_;
  OperationGate gate_;
  std::vector<std::shared_ptr<Telling>> tellings_;  ///< wait for writes under way
  std::unordered_map<Uuid, Prepared> prepared_;     ///< by operation; each has entered the gate
  /// Accounts whose remains are on their way out, with who wants to hear of the end.
  std::map<UserId, std::vector<Answer<Done>>> erasing_;
  std::vector<Uuid> abandoned_;   ///< operations that may still come, newest last
  std::uint64_t generation_ = 1;  ///< grows whenever memory is dropped
  bool loading_ = false;
  int writes_ = 0;  ///< under way, of whatever memory
  std::vector<LoadWaiter> waiting_;
};

}  // namespace confab::actors
