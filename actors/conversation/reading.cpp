#include <algorithm>
#include <memory>
#include <utility>

#include "actors/conversation/conversation_host.hpp"
#include "actors/representation/json_text.hpp"

namespace confab::actors {

namespace {

// The longest page but for deep ones, which take several steps.
constexpr std::size_t kMessagesAtOnce = 200;

storage::SeqSet one(Seq seq) {
  storage::SeqSet set;
  set.add(seq);
  return set;
}

storage::PendingReply counted_reply(UserId user, const RetryKey& retry) {
  storage::PendingReply reply;
  reply.record.user = user;
  reply.record.key = retry.key;
  reply.record.fingerprint = retry.fingerprint;
  reply.record.status = 200;
  reply.record.created_at = storage::now();
  return reply;
}

}  // namespace

void ConversationHost::save_read_state(UserId user, storage::SaveReadState change, OnError failed,
                                       std::function<void()> then) {
  change.conversation = id_;
  change.user = user;
  change.at = storage::now();
  ReadState state{change.read, change.dismissed};
  commit(std::move(change), std::move(failed),
         [this, user, state = std::move(state), then = std::move(then)]() mutable {
           state_->set_read_state(user, std::move(state));
           changed();
           leave(OperationGate::Kind::read_state, user);
           then();
         });
}

void ConversationHost::read(UserId user, storage::SeqSet seqs,
                            std::optional<storage::PendingReply> reply, OnError failed,
                            std::function<void(std::uint64_t)> then) {
  storage::SeqSet unread = state_->unread_to(user) & seqs;
  if (unread.empty() && !reply) {
    then(0);
    return;
  }
  enter(OperationGate::Kind::read_state, user,
        [this, user, seqs = std::move(seqs), reply = std::move(reply), failed = std::move(failed),
         then = std::move(then)]() mutable {
          // Looked at again: what stood in the way may have read some of them.
          storage::SeqSet fresh = state_->unread_to(user) & seqs;
          std::uint64_t count = fresh.size();
          if (!state_->has_participant(user) || (count == 0 && !reply)) {
            leave(OperationGate::Kind::read_state, user);
            then(0);
            return;
          }
          ReadState state = state_->after_reading(user, fresh);
          storage::SaveReadState change;
          change.read = std::move(state.read);
          change.dismissed = std::move(state.dismissed);
          change.changed_notifications = state_->undismissed_by(user) & fresh;
          change.newly_read = std::move(fresh);
          if (reply) {
            reply->body_for = [count](std::int64_t) {
              return "{\"status\":\"Marked " + std::to_string(count) +
                     " message(s) as read\",\"updated\":" + std::to_string(count) + "}";
            };
            change.reply = std::move(reply);
          }
          save_read_state(user, std::move(change), std::move(failed),
                          [count, then = std::move(then)] { then(count); });
        });
}

void ConversationHost::serve(const OpenMessage& request, const Answer<ResourceView>& answer) {
  if (!state_->visible_to(request.caller) || !state_->live().contains(request.seq)) {
    return answer.deliver(fail(ErrorCode::not_found));
  }
  storage::SeqSet shown = request.reads ? one(request.seq) : storage::SeqSet();
  read(request.caller.user, std::move(shown), std::nullopt, refusing(answer),
       [this, request, answer](std::uint64_t) {
         if (!state_->visible_to(request.caller)) {
           return answer.deliver(fail(ErrorCode::not_found));
         }
         with_message(request.seq, refusing(answer),
                      [this, request, answer](CachedMessage& cached) {
                        answer.deliver(view(cached, request.caller.user));
                      });
       });
}

void ConversationHost::serve(const MarkMessageRead& request, const Answer<ResourceView>& answer) {
  serve(OpenMessage{request.caller, request.seq}, answer);
}

void ConversationHost::serve(const MarkConversationRead& request, const Answer<Counted>& answer) {
  if (!state_->visible_to(request.caller)) return answer.deliver(fail(ErrorCode::not_found));
  std::optional<storage::PendingReply> reply;
  if (request.retry) reply = counted_reply(request.caller.user, *request.retry);
  if (!state_->has_participant(request.caller.user)) reply.reset();
  read(request.caller.user, state_->live(), std::move(reply), refusing(answer),
       [answer](std::uint64_t count) { answer.deliver(Counted{count}); });
}

/// Where messages are, as it is found out.
struct ConversationHost::RefSearch {
  MessageRefs refs;
  std::optional<MessageId> older_than;
  std::vector<Seq> wanted;  ///< newest first
  std::size_t next = 0;
  Answer<MessageRefs> answer;
};

void ConversationHost::give_refs(const storage::SeqSet& set, std::optional<MessageId> older_than,
                                 std::uint32_t limit, const Answer<MessageRefs>& answer) {
  auto search = std::make_shared<RefSearch>();
  search->refs = {set.size(), {}, activity_->version.load()};
  search->older_than = older_than;
  search->answer = answer;
  if (!older_than) {
    search->wanted = set.newest(0, limit);
    return find_refs(search);
  }
  // Ids grow with places, so the place below which to look is that of the newest older message.
  auto ask = [id = id_, bound = *older_than](storage::Reader& reader) -> Result<Seq> {
    storage::MessageFilter filter;
    filter.conversation = id;
    filter.older_than = bound;
    BOOST_OUTCOME_TRY(page, reader.messages(filter, {0, 1}));
    return page.rows.empty() ? Seq{} : page.rows.front().seq;
  };
  query<Seq>(ask, refusing(answer), [this, set, limit, search](Seq newest) {
    search->wanted = set.newest_before(Seq{newest.value + 1}, limit);
    find_refs(search);
  });
}

/// Some at a time: only ids are wanted, but whole messages are read.
void ConversationHost::find_refs(const std::shared_ptr<RefSearch>& search) {
  const std::size_t end = std::min(search->next + kMessagesAtOnce, search->wanted.size());
  const std::vector<Seq> some(search->wanted.begin() + static_cast<std::ptrdiff_t>(search->next),
                              search->wanted.begin() + static_cast<std::ptrdiff_t>(end));
  search->next = end;
  with_messages(some, refusing(search->answer), [this, search](const Messages& messages) {
    for (const CachedMessage* cached : messages) {
      const storage::Message& message = cached->message;
      if (search->older_than && message.id >= *search->older_than) continue;
      search->refs.newest.push_back({message.id, message.seq});
    }
    if (search->next < search->wanted.size()) return find_refs(search);
    search->answer.deliver(std::move(search->refs));
  });
}

void ConversationHost::serve(const ShowUnreadSet& request, const Answer<SeqBits>& answer) {
  answer.deliver(SeqBits{state_->unread_to(request.caller.user).bytes()});
}

void ConversationHost::serve(const ListUnreadHere& request, const Answer<MessageRefs>& answer) {
  give_refs(state_->unread_to(request.caller.user), request.older_than, request.limit, answer);
}

void ConversationHost::serve(const ListNotificationsHere& request,
                             const Answer<MessageRefs>& answer) {
  UserId user = request.caller.user;
  storage::SeqSet set = state_->notified_to(user);
  if (request.is_read) {
    storage::SeqSet open = state_->undismissed_by(user);
    set = *request.is_read ? set - open : open;
  }
  give_refs(set, request.older_than, request.limit, answer);
}

void ConversationHost::serve(const ChangeNotification& request,
                             const Answer<ResourceView>& answer) {
  UserId user = request.caller.user;
  auto show = [this, user, seq = request.seq, answer] {
    with_message(seq, refusing(answer), [this, user, answer](CachedMessage& cached) {
      std::string json = render_notification(cached, user);
      std::string etag = etag_of(json);
      answer.deliver(ResourceView{std::move(json), std::move(etag), 200, false});
    });
  };
  if (!state_->notified_to(user).contains(request.seq)) {
    return answer.deliver(fail(ErrorCode::not_found));
  }
  if (!request.is_read) return show();
  enter(OperationGate::Kind::read_state, user, [this, user, request, answer, show] {
    bool dismissed = state_->is_dismissed_by(user, request.seq);
    if (!state_->notified_to(user).contains(request.seq) || dismissed == *request.is_read) {
      leave(OperationGate::Kind::read_state, user);
      return show();
    }
    ReadState state = dismissed ? state_->after_recalling(user, request.seq)
                                : state_->after_dismissing(user, one(request.seq));
    storage::SaveReadState change;
    change.read = std::move(state.read);
    change.dismissed = std::move(state.dismissed);
    change.changed_notifications = one(request.seq);
    save_read_state(user, std::move(change), refusing(answer), show);
  });
}

}  // namespace confab::actors
