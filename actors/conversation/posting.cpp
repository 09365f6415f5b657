#include <algorithm>
#include <utility>

#include "actors/conversation/conversation_host.hpp"
#include "actors/representation/json_text.hpp"
#include "actors/representation/resources.hpp"

namespace confab::actors {

namespace {

storage::PendingReply created_reply(UserId user, const RetryKey& retry, std::string body) {
  storage::PendingReply reply;
  reply.record = {user, retry.key, retry.fingerprint, 201, std::move(body), storage::now()};
  return reply;
}

Result<bool> is_visible(storage::Reader& reader, const Caller& caller,
                        ConversationId conversation) {
  if (caller.is_admin()) return true;
  BOOST_OUTCOME_TRY(memberships, reader.memberships(caller.user));
  return std::any_of(memberships.begin(), memberships.end(),
                     [&](const auto& row) { return row.conversation == conversation; });
}

ParentMessage as_parent(const storage::Message& message) {
  return {message.id, message.seq, message.depth, message.sender};
}

}  // namespace

void ConversationHost::serve(const SendMessage& request, const Answer<ResourceView>& answer) {
  if (!state_->visible_to(request.caller)) return answer.deliver(fail(ErrorCode::not_found));
  if (!state_->has_participant(request.caller.user)) {
    return answer.deliver(fail(ErrorCode::not_participant));
  }
  if (!request.parent) return post(request, std::nullopt, answer);
  with_parent(*request.parent, request.caller, refusing(answer),
              [this, request, answer](ParentMessage parent) { post(request, parent, answer); });
}

void ConversationHost::with_parent(MessageId id, const Caller& caller, OnError failed,
                                   std::function<void(ParentMessage)> then) {
  CachedMessage* cached = cache_.find(id);
  if (cached != nullptr) return then(as_parent(cached->message));
  auto ask = [here = id_, id, caller](storage::Reader& reader) -> Result<storage::Message> {
    BOOST_OUTCOME_TRY(places, reader.places({id}));
    if (places.empty()) return fail(ErrorCode::parent_not_found, to_string(id.value));
    if (places.front().conversation != here) {
      BOOST_OUTCOME_TRY(seen, is_visible(reader, caller, places.front().conversation));
      // That a message exists where the caller does not take part is none of his business.
      if (!seen) return fail(ErrorCode::parent_not_found, to_string(id.value));
      return fail(ErrorCode::parent_elsewhere);
    }
    BOOST_OUTCOME_TRY(messages, reader.messages(here, {places.front().seq}));
    if (messages.empty()) return fail(ErrorCode::parent_not_found, to_string(id.value));
    return std::move(messages.front());
  };
  query<storage::Message>(
      ask, std::move(failed),
      [then = std::move(then)](const storage::Message& message) { then(as_parent(message)); });
}

void ConversationHost::post(const SendMessage& request, const std::optional<ParentMessage>& parent,
                            const Answer<ResourceView>& answer) {
  enter(OperationGate::Kind::post, {}, [this, request, parent, answer] {
    auto refuse = [&](Error error) {
      leave(OperationGate::Kind::post);
      answer.deliver(std::move(error));
    };
    if (parent && !state_->live().contains(parent->seq)) {
      return refuse(fail(ErrorCode::parent_not_found, to_string(parent->id.value)));
    }
    auto composed = state_->compose(
        {request.caller.user, request.content, parent, request.receiver}, storage::now());
    if (!composed.has_value()) return refuse(composed.error());

    CachedMessage cached{std::move(composed.value()), {}, 0};
    const std::string& begun_json = begun(cached);
    storage::PostMessage change{cached.message, std::nullopt};
    if (request.retry) {
      std::string body;
      finish_message(body, begun_json, false);
      change.reply = created_reply(request.caller.user, *request.retry, std::move(body));
    }
    commit(std::move(change), refusing(answer),
           [this, cached = std::move(cached), answer] { posted(cached, answer); });
  });
}

void ConversationHost::posted(CachedMessage cached, const Answer<ResourceView>& answer) {
  const storage::Message& message = cached.message;
  state_->posted(message);
  CachedMessage* parent = message.parent ? cache_.find(message.parent) : nullptr;
  if (parent != nullptr) {
    ++parent->message.reply_count;
    parent->begun.clear();
  }
  // Made anew only if somebody has changed his name since.
  std::string json = render(*state_, cached, message.sender);
  activity_->touch(message.timestamp);
  changed();
  cache_.put(std::move(cached));
  leave(OperationGate::Kind::post);
  std::string etag = etag_of(json);
  answer.deliver(ResourceView{std::move(json), std::move(etag), 201, false});
}

void ConversationHost::serve(const ChangeMessage& request, const Answer<ResourceView>& answer) {
  if (!state_->visible_to(request.caller)) return answer.deliver(fail(ErrorCode::not_found));
  enter(OperationGate::Kind::exclusive, {}, [this, request, answer] {
    if (!state_->visible_to(request.caller)) {
      return leaving_with(answer)(fail(ErrorCode::not_found));
    }
    with_message(request.seq, leaving_with(answer),
                 [this, request, answer](CachedMessage& cached) { edit(request, cached, answer); });
  });
}

void ConversationHost::edit(const ChangeMessage& request, CachedMessage& cached,
                            const Answer<ResourceView>& answer) {
  UserId caller = request.caller.user;
  auto finish = [this, answer](Result<ResourceView> result) {
    leave(OperationGate::Kind::exclusive);
    answer.deliver(std::move(result));
  };
  if (cached.message.sender != caller || !state_->has_participant(caller)) {
    return finish(fail(ErrorCode::not_message_sender));
  }
  if (request.if_match && *request.if_match != view(cached, caller).etag) {
    return finish(fail(ErrorCode::changed_meanwhile));
  }
  if (!request.content || *request.content == cached.message.content) {
    return finish(view(cached, caller));
  }

  CachedMessage edited{cached.message, {}, 0};
  edited.message.content = *request.content;
  edited.message.edited_at =
      moment_after(cached.message.edited_at.value_or(cached.message.timestamp), storage::now());
  storage::EditMessage change;
  change.before = {storage::make_uuid7(),  cached.message.id,         id_,   cached.message.seq,
                   cached.message.content, *edited.message.edited_at, caller};
  change.content = *request.content;
  commit(std::move(change), refusing(answer),
         [this, edited = std::move(edited), caller, finish]() mutable {
           CachedMessage* known = cache_.find(edited.message.seq);
           if (known != nullptr) *known = edited;
           changed();
           finish(view(edited, caller));
         });
}

void ConversationHost::serve(const RemoveMessage& request, const Answer<Done>& answer) {
  if (!state_->visible_to(request.caller)) return answer.deliver(fail(ErrorCode::not_found));
  enter(OperationGate::Kind::exclusive, {}, [this, request, answer] {
    OnError failed = leaving_with(answer);
    if (!state_->visible_to(request.caller) || !state_->live().contains(request.seq)) {
      return failed(fail(ErrorCode::not_found));
    }
    bool is_sender = state_->was_sent_by(request.caller.user, request.seq) &&
                     state_->has_participant(request.caller.user);
    if (!is_sender && !request.caller.is_admin()) {
      return failed(fail(ErrorCode::not_message_sender));
    }
    auto ask = [id = id_, seq = request.seq](storage::Reader& reader) {
      return reader.thread(id, seq);
    };
    query<std::vector<storage::ThreadNode>>(
        ask, failed, [this, request, answer](const std::vector<storage::ThreadNode>& nodes) {
          remove_thread(request, nodes, answer);
        });
  });
}

void ConversationHost::remove_thread(const RemoveMessage& request,
                                     const std::vector<storage::ThreadNode>& nodes,
                                     const Answer<Done>& answer) {
  with_message(
      request.seq, leaving_with(answer),
      [this, caller = request.caller, nodes, answer](CachedMessage& cached) {
        storage::DeleteMessages change;
        change.conversation = id_;
        for (const storage::ThreadNode& node : nodes) change.seqs.push_back(node.seq);
        if (cached.message.parent) change.parents.push_back({cached.message.parent, 1});
        change.roots.push_back({cached.message.seq, cached.message.id, cached.message.parent});
        change.updated_at = state_->header().updated_at;
        change.at = storage::now();
        change.audit = audit_of_message(caller, cached.message, nodes.size());
        commit(change, refusing(answer), [this, change, answer] {
          forget_messages(change);
          leave(OperationGate::Kind::exclusive);
          answer.deliver(Done{});
        });
      });
}

void ConversationHost::forget_messages(const storage::DeleteMessages& change) {
  state_->removed(change.seqs);
  for (Seq seq : change.seqs) cache_.remove(seq);
  for (const auto& [parent, replies] : change.parents) {
    CachedMessage* cached = cache_.find(parent);
    if (cached == nullptr) continue;
    cached->message.reply_count -= std::min(cached->message.reply_count, replies);
    cached->begun.clear();
  }
  changed();
}

}  // namespace confab::actors
