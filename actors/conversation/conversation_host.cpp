#include "actors/conversation/conversation_host.hpp"

#include <utility>

#include "actors/representation/json_text.hpp"
#include "config/log.hpp"
#include "storage/model/uuid_clock.hpp"

namespace confab::actors {

void ConversationHost::start(ConversationId id, const Context* context, storage::Fence fence,
                             ConversationActor self) {
  id_ = id;
  context_ = context;
  fence_ = fence;
  self_ = std::move(self);
  activity_ = context->activity.get(id);
  cache_ = MessageCache(context->cached_messages);
  // It may have changed while another node had it.
  if (context->router != nullptr) changed();
}

bool ConversationHost::may_rest() {
  return !loading_ && waiting_.empty() && gate_.idle() && tellings_.empty() && under_way_.none() &&
         prepared_.empty() && erasing_.empty() && context_->conversations.retire(id_);
}

void ConversationHost::wait_for_load(LoadWaiter waiter) {
  waiting_.push_back(std::move(waiter));
  if (loading_) return;
  loading_ = true;
  load_when_settled();
}

/// What is read before a write under way has ended might lack it, and nobody would add it.
void ConversationHost::load_when_settled() {
  if (loading_ && writes_ == 0 && prepared_.empty()) load();
}

void ConversationHost::load() {
  auto ask = [id = id_,
              newest = context_->cached_messages](storage::Reader& reader) -> Result<Loaded> {
    BOOST_OUTCOME_TRY(snapshot, reader.conversation(id, newest));
    std::vector<UserId> everybody;
    for (const storage::Member& member : snapshot.members) everybody.push_back(member.user);
    BOOST_OUTCOME_TRY(people, reader.users(everybody));
    return Loaded{std::move(snapshot), std::move(people)};
  };
  context_->persistence.read<Loaded>(
      ask, resumed<Loaded>([this](Result<Loaded> result) { loaded(std::move(result)); }));
}

void ConversationHost::loaded(Result<Loaded> result) {
  loading_ = false;
  if (result.has_value()) {
    Loaded& fresh = result.value();
    for (const storage::User& user : fresh.people) {
      people_.insert_or_assign(user.id, context_->people.put(user));
    }
    for (storage::Message& message : fresh.snapshot.newest) {
      // It may have been made by a node whose clock is ahead of ours.
      storage::make_uuid7_after(message.id.value);
      cache_.put({std::move(message), {}, 0});
    }
    fresh.snapshot.newest.clear();
    uuid_json_.clear();
    append_json(uuid_json_, fresh.snapshot.conversation.uuid);
    activity_->touch(fresh.snapshot.conversation.updated_at);
    state_.emplace(std::move(fresh.snapshot));
  }
  Result<bool> outcome = result.has_value() ? Result<bool>(true) : Result<bool>(result.error());
  for (LoadWaiter& waiter : std::exchange(waiting_, {})) waiter(outcome);
}

void ConversationHost::drop_memory() {
  ++generation_;
  state_.reset();
  cache_ = MessageCache(context_->cached_messages);
  people_.clear();
  participants_version_ = 0;
  gate_.clear();
  tellings_.clear();
  loading_ = false;
  waiting_.clear();
  changed();
}

void ConversationHost::commit(storage::Change change, OnError failed, std::function<void()> then) {
  auto settle = [this, generation = generation_, failed = std::move(failed),
                 then = std::move(then)](Result<storage::Committed> result) {
    --writes_;
    if (generation != generation_) {
      // Another write's failure has made this actor forget; what it remembers next has this in it.
      return load_when_settled();
    }
    if (result.has_value()) {
      then();
      return;
    }
    if (result.error().code == ErrorCode::unknown_user) {
      // Somebody's account has gone meanwhile: nothing was written, and memory is right.
      failed(std::move(result.error()));
      return;
    }
    log::warning("conversation_write_failed", {{"conversation", id_.value},
                                               {"code", storage::to_string(result.error().code)},
                                               {"detail", result.error().detail}});
    drop_memory();
    failed(std::move(result.error()));
  };
  ++writes_;
  context_->persistence.commit(
      std::move(change), fence_,
      resume<storage::Committed>(self_, under_way_.counted(std::move(settle))));
}

}  // namespace confab::actors
