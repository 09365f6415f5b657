#include <utility>

#include <caf/send.hpp>

#include "actors/cluster/placement.hpp"
#include "actors/conversation/conversation_host.hpp"
#include "config/log.hpp"

// A change of read state that spans conversations is one commit: each prepares its part and keeps
// others away from it, whoever asked stores all parts together and tells each how that went.

namespace confab::actors {

namespace {

// Far more than a commit can take: whoever asked has ended.
constexpr std::chrono::seconds kLongestCommit{30};
constexpr std::chrono::seconds kLook{1};
constexpr std::size_t kMostAbandoned = 256;

storage::SeqSet set_of(const std::vector<Seq>& seqs) {
  storage::SeqSet set;
  for (Seq seq : seqs) set.add(seq);
  return set;
}

}  // namespace

void ConversationHost::serve(const PrepareReading& request, const Answer<PreparedReading>& answer) {
  UserId user = request.caller.user;
  storage::SeqSet open =
      request.seqs ? state_->unread_to(user) & set_of(*request.seqs) : state_->undismissed_by(user);
  if (open.empty()) return answer.deliver(PreparedReading{});
  enter(OperationGate::Kind::read_state, user,
        [this, request, answer] { prepare(request, answer); });
}

void ConversationHost::prepare(const PrepareReading& request,
                               const Answer<PreparedReading>& answer) {
  UserId user = request.caller.user;
  // Looked at again: what stood in the way may have read some of them.
  storage::SeqSet open =
      request.seqs ? state_->unread_to(user) & set_of(*request.seqs) : state_->undismissed_by(user);
  // Whoever asked may have given up while this waited: nobody would finish it.
  if (open.empty() || std::erase(abandoned_, request.operation) > 0) {
    leave(OperationGate::Kind::read_state, user);
    return answer.deliver(PreparedReading{});
  }
  ReadState state =
      request.seqs ? state_->after_reading(user, open) : state_->after_dismissing(user, open);
  const storage::SeqSet newly_read = request.seqs ? open : storage::SeqSet();
  const storage::SeqSet dismissed = state_->undismissed_by(user) & open;
  PreparedReading prepared{open.size(),        state.read.bytes(), state.dismissed.bytes(),
                           newly_read.bytes(), dismissed.bytes(),  fence_.epoch};
  const storage::Fence under{cluster::shard_of(user), request.epoch};
  prepared_.insert_or_assign(request.operation,
                             Prepared{user, std::move(state), under, generation_});
  look_after(request.operation, kLook);
  answer.deliver(std::move(prepared));
}

/// Others wait for what is prepared. The node of who asked may die: once his shard has been taken
/// by another, nothing can be committed any more, and what is stored is all there will be.
void ConversationHost::look_after(const Uuid& operation, std::chrono::seconds age) {
  auto look = [this, operation, age] {
    const auto found = prepared_.find(operation);
    if (found == prepared_.end()) return;
    const storage::Fence under = found->second.under;
    const bool is_over =
        context_->router != nullptr && under.epoch != 0 && context_->router->is_over(under);
    if (!is_over && age < kLongestCommit) return look_after(operation, age + kLook);
    log::warning("reading_never_finished", {{"conversation", id_.value}});
    if (found->second.generation == generation_) drop_memory();
    prepared_.erase(operation);
    load_when_settled();
  };
  caf::delayed_anon_send(self_, kLook,
                         Resume{std::make_shared<std::function<void()>>(std::move(look))});
}

void ConversationHost::receive(const FinishReading& request, const Answer<Done>& answer) {
  const auto found = prepared_.find(request.operation);
  if (found != prepared_.end()) {
    const Prepared part = std::move(found->second);
    prepared_.erase(found);
    finish(part, request.outcome);
  } else if (request.outcome != ReadingOutcome::abandoned) {
    drop_memory();  // without its part it may be older than storage
  } else {
    abandoned_.push_back(request.operation);
    if (abandoned_.size() > kMostAbandoned) abandoned_.erase(abandoned_.begin());
  }
  answer.deliver(Done{});
}

void ConversationHost::finish(const Prepared& part, ReadingOutcome outcome) {
  // What is read next has it, if it was stored.
  if (part.generation != generation_) return load_when_settled();
  if (outcome == ReadingOutcome::unknown) return drop_memory();
  if (outcome == ReadingOutcome::stored) {
    state_->set_read_state(part.user, part.state);
    changed();
  }
  leave(OperationGate::Kind::read_state, part.user);
}

}  // namespace confab::actors
