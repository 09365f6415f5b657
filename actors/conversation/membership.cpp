#include <memory>
#include <unordered_set>
#include <utility>

#include "actors/conversation/conversation_host.hpp"
#include "actors/representation/json_text.hpp"

namespace confab::actors {

namespace {

storage::PendingReply kept_answer(UserId user, const RetryKey& retry, const std::string& json) {
  storage::PendingReply reply;
  reply.record = {user, retry.key, retry.fingerprint, 200, json, storage::now()};
  return reply;
}

}  // namespace

void ConversationHost::tell_membership(UserId user, bool joined) {
  context_->users.tell_if_awake(user, MembershipChanged{id_, joined, state_->header().updated_at});
}

void ConversationHost::join(Transition& transition, const storage::User& user,
                            const Caller& caller) {
  people_.insert_or_assign(user.id, context_->people.put(user));
  storage::Member member;
  member.conversation = id_;
  member.user = user.id;
  member.joined_after = state_->header().last_seq;
  member.joined_at = storage::now();
  transition.changes.push_back(
      storage::AddMember{member, std::nullopt,
                         audit_of_participant(caller, "conversation.add_participant", user.uuid)});
  transition.after.add_participant(std::move(member));
  transition.joining.push_back(user.id);
}

void ConversationHost::leave_for_good(Transition& transition, UserId user, const Caller& caller) {
  UserId owner = transition.after.owner_without(user);
  Timestamp now = storage::now();
  // Whoever leaves by himself needs no right for it.
  auto audit = user == caller.user ? std::nullopt
                                   : audit_of_participant(caller, "conversation.remove_participant",
                                                          person_uuid(user));
  transition.changes.push_back(storage::RemoveMember{
      id_, user, owner, now, std::nullopt, transition.after.held_up_by(user), std::move(audit)});
  transition.after.set_header(transition.after.header().title, owner, now);
  transition.after.remove_participant(user);
  transition.leaving.push_back(user);
}

void ConversationHost::commit_all(std::vector<storage::Change> changes, OnError failed,
                                  std::function<void()> then) {
  if (changes.empty()) return then();
  if (changes.size() == 1) return commit(std::move(changes.front()), std::move(failed), then);
  commit(storage::ChangeGroup{std::move(changes)}, std::move(failed), std::move(then));
}

void ConversationHost::carry_out(Transition transition, UserId caller,
                                 const std::optional<RetryKey>& retry,
                                 const Answer<ResourceView>& answer) {
  auto shared = std::make_shared<Transition>(std::move(transition));
  auto with_last = [this, shared, caller, retry, answer](const Messages& messages) {
    // The bytes are made before the commit, so that what a repetition gets is stored with the
    // change.
    CachedMessage* last = messages.empty() ? nullptr : messages.front();
    std::string json = render_conversation(shared->after, caller, last, nullptr);
    if (retry) {
      if (shared->changes.empty()) shared->changes.emplace_back(storage::KeepReply{});
      std::visit(
          [&](auto& change) {
            if constexpr (requires { change.reply; }) {
              change.reply = kept_answer(caller, *retry, json);
            }
          },
          shared->changes.back());
    }
    commit_all(std::move(shared->changes), leaving_with(answer), [this, shared, json, answer] {
      state_ = std::move(shared->after);
      participants_version_ = 0;
      activity_->touch(state_->header().updated_at);
      changed();
      for (UserId user : shared->leaving) tell_membership(user, false);
      for (UserId user : shared->joining) tell_membership(user, true);
      leave(OperationGate::Kind::exclusive);
      answer.deliver(ResourceView{json, etag_of(json), 200, false});
    });
  };
  with_messages(state_->live().newest(0, 1), leaving_with(answer), with_last);
}

void ConversationHost::serve(const AddParticipant& request, const Answer<ResourceView>& answer) {
  if (!state_->visible_to(request.caller)) return answer.deliver(fail(ErrorCode::not_found));
  enter(OperationGate::Kind::exclusive, {}, [this, request, answer] {
    OnError failed = leaving_with(answer);
    UserId caller = request.caller.user;
    if (!state_->visible_to(request.caller)) return failed(fail(ErrorCode::not_found));
    if (state_->has_participant(request.user)) {
      return carry_out({*state_, {}, {}, {}}, caller, request.retry, answer);
    }
    if (state_->participants()->size() >= context_->max_participants) {
      return failed(fail(ErrorCode::too_many_participants));
    }
    auto ask = [user = request.user](storage::Reader& reader) {
      return reader.user(storage::UserKey{user});
    };
    auto unknown = [failed, user = request.user](Error error) {
      bool is_missing = error.code == ErrorCode::not_found;
      failed(is_missing ? fail(ErrorCode::unknown_user, std::to_string(user.value))
                        : std::move(error));
    };
    query<storage::User>(ask, unknown, [this, request, caller, answer](const storage::User& user) {
      Timestamp now = storage::now();
      Transition transition{*state_, {}, {}, {}};
      join(transition, user, request.caller);
      transition.after.set_header(state_->header().title, state_->header().owner, now);
      carry_out(std::move(transition), caller, request.retry, answer);
    });
  });
}

void ConversationHost::serve(const RemoveParticipant& request, const Answer<ResourceView>& answer) {
  if (!state_->visible_to(request.caller)) return answer.deliver(fail(ErrorCode::not_found));
  enter(OperationGate::Kind::exclusive, {}, [this, request, answer] {
    const Caller& caller = request.caller;
    OnError failed = leaving_with(answer);
    if (!state_->visible_to(caller)) return failed(fail(ErrorCode::not_found));
    if (!state_->has_participant(request.user)) {
      return failed(fail(ErrorCode::unknown_user, std::to_string(request.user.value)));
    }
    bool may =
        request.user == caller.user || caller.is_admin() || state_->header().owner == caller.user;
    if (!may) return failed(fail(ErrorCode::not_conversation_owner));

    Transition transition{*state_, {}, {}, {}};
    leave_for_good(transition, request.user, caller);
    if (!transition.after.participants()->empty()) {
      return carry_out(std::move(transition), caller.user, request.retry, answer);
    }
    std::string json = render_conversation(transition.after, caller.user, nullptr, nullptr);
    std::optional<storage::PendingReply> reply;
    if (request.retry) reply = kept_answer(caller.user, *request.retry, json);
    remove_conversation(caller, std::move(reply), refusing(answer), [json, answer] {
      answer.deliver(ResourceView{json, etag_of(json), 200, false});
    });
  });
}

void ConversationHost::remove_conversation(const Caller& caller,
                                           std::optional<storage::PendingReply> reply,
                                           OnError failed, std::function<void()> then) {
  std::vector<storage::Change> changes;
  changes.emplace_back(storage::DeleteConversation{id_, storage::now(), audit_of_removal(caller)});
  if (reply) changes.emplace_back(storage::KeepReply{std::move(*reply)});
  commit_all(std::move(changes), std::move(failed), [this, then = std::move(then)] {
    for (UserId user : *state_->participants()) tell_membership(user, false);
    // Not dropped: what waits behind this must find that nothing is here any more.
    state_->vanish();
    changed();
    leave(OperationGate::Kind::exclusive);
    then();
  });
}

void ConversationHost::serve(const RemoveConversation& request, const Answer<Done>& answer) {
  if (!state_->visible_to(request.caller)) return answer.deliver(fail(ErrorCode::not_found));
  if (!request.caller.is_admin() && state_->header().owner != request.caller.user) {
    return answer.deliver(fail(ErrorCode::not_conversation_owner));
  }
  enter(OperationGate::Kind::exclusive, {}, [this, request, answer] {
    if (!state_->visible_to(request.caller)) {
      return leaving_with(answer)(fail(ErrorCode::not_found));
    }
    remove_conversation(request.caller, {}, refusing(answer), [answer] { answer.deliver(Done{}); });
  });
}

void ConversationHost::serve(const ChangeConversation& request,
                             const Answer<ResourceView>& answer) {
  if (!state_->visible_to(request.caller)) return answer.deliver(fail(ErrorCode::not_found));
  enter(OperationGate::Kind::exclusive, {}, [this, request, answer] {
    OnError failed = leaving_with(answer);
    const Caller& caller = request.caller;
    if (!state_->visible_to(caller)) return failed(fail(ErrorCode::not_found));
    auto members = plan_members(request);
    if (!members.has_value()) return failed(members.error());
    auto ask = [joining = members.value().joining](storage::Reader& reader) {
      return reader.users(joining);
    };
    query<std::vector<storage::User>>(ask, failed,
                                      [this, request, leaving = members.value().leaving,
                                       answer](const std::vector<storage::User>& joining) {
                                        change_conversation(request, joining, leaving, answer);
                                      });
  });
}

Result<ConversationHost::MemberPlan> ConversationHost::plan_members(
    const ChangeConversation& request) const {
  MemberPlan plan;
  if (!request.participants) return plan;
  const Caller& caller = request.caller;
  std::unordered_set<UserId> wanted(request.participants->begin(), request.participants->end());
  if (state_->has_participant(caller.user)) wanted.insert(caller.user);
  if (wanted.empty()) return fail(ErrorCode::too_few_participants);
  if (wanted.size() > context_->max_participants) return fail(ErrorCode::too_many_participants);
  for (UserId user : wanted) {
    if (!state_->has_participant(user)) plan.joining.push_back(user);
  }
  for (UserId user : *state_->participants()) {
    if (!wanted.contains(user)) plan.leaving.push_back(user);
  }
  bool may_remove = caller.is_admin() || state_->header().owner == caller.user;
  if (!plan.leaving.empty() && !may_remove) return fail(ErrorCode::not_conversation_owner);
  return plan;
}

void ConversationHost::change_conversation(const ChangeConversation& request,
                                           const std::vector<storage::User>& joining,
                                           const std::vector<UserId>& leaving,
                                           const Answer<ResourceView>& answer) {
  Timestamp now = storage::now();
  Transition transition{*state_, {}, {}, {}};
  for (const storage::User& user : joining) join(transition, user, request.caller);
  for (UserId user : leaving) leave_for_good(transition, user, request.caller);
  const storage::Conversation& header = transition.after.header();
  std::string title = request.title.value_or(header.title);
  transition.changes.push_back(storage::UpdateConversation{id_, title, header.owner, now,
                                                           audit_of_title(request.caller, title)});
  transition.after.set_header(std::move(title), header.owner, now);
  carry_out(std::move(transition), request.caller.user, std::nullopt, answer);
}

}  // namespace confab::actors
