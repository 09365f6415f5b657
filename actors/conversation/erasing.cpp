#include <algorithm>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "actors/conversation/conversation_host.hpp"

namespace confab::actors {

namespace {

// Small enough that a post which arrives meanwhile waits for milliseconds only.
constexpr std::size_t kMessagesPerStep = 250;

}  // namespace

/// An account's remains in this conversation, on their way out.
struct ConversationHost::Erasure {
  UserId user;
  storage::SeqSet held_up;  ///< messages that only he had not read
  std::vector<Seq> doomed;  ///< newest first: replies go before or with what they answer
  std::unordered_map<Seq, Seq> parents;
  std::unordered_set<Seq> is_doomed;
  std::size_t next = 0;
  Answer<Done> answer;
};

void ConversationHost::serve(const EraseAccount& request, const Answer<Done>& answer) {
  auto ask = [id = id_, user = request.user](storage::Reader& reader) {
    return reader.touched_by(id, user);
  };
  // Entered alone, so that no post or read of that account is on its way while the list is made.
  enter(OperationGate::Kind::exclusive, {}, [this, ask, user = request.user, answer] {
    query<std::vector<storage::ThreadNode>>(
        ask, leaving_with(answer),
        [this, user, answer](const std::vector<storage::ThreadNode>& nodes) {
          auto erasure = std::make_shared<Erasure>();
          erasure->user = user;
          erasure->answer = answer;
          for (const storage::ThreadNode& node : nodes) {
            erasure->doomed.push_back(node.seq);
            erasure->is_doomed.insert(node.seq);
            if (node.parent) erasure->parents.emplace(node.seq, node.parent);
          }
          std::sort(erasure->doomed.begin(), erasure->doomed.end(), std::greater<>());
          // Invisible at once; the rows follow step by step.
          state_->removed(erasure->doomed);
          for (Seq seq : erasure->doomed) cache_.remove(seq);
          if (state_->has_participant(user)) erasure->held_up = state_->held_up_by(user);
          state_->remove_participant(user);
          state_->set_header(state_->header().title, state_->owner_without(user),
                             state_->header().updated_at);
          participants_version_ = 0;
          changed();
          leave(OperationGate::Kind::exclusive);
          erase_next_step(erasure);
        });
  });
}

void ConversationHost::erase_next_step(std::shared_ptr<Erasure> erasure) {
  enter(OperationGate::Kind::exclusive, {}, [this, erasure] {
    std::size_t end = std::min(erasure->next + kMessagesPerStep, erasure->doomed.size());
    std::vector<Seq> step(erasure->doomed.begin() + static_cast<std::ptrdiff_t>(erasure->next),
                          erasure->doomed.begin() + static_cast<std::ptrdiff_t>(end));
    erasure->next = end;
    if (step.empty()) return erase_membership(erasure);
    auto ask = [id = id_, step](storage::Reader& reader) { return reader.messages(id, step); };
    query<std::vector<storage::Message>>(ask, leaving_with(erasure->answer),
                                         [this, erasure](std::vector<storage::Message> batch) {
                                           erase_messages(erasure, std::move(batch));
                                         });
  });
}

void ConversationHost::erase_messages(const std::shared_ptr<Erasure>& erasure,
                                      std::vector<storage::Message> batch) {
  storage::DeleteMessages change;
  change.conversation = id_;
  change.updated_at = state_->header().updated_at;
  change.at = storage::now();
  std::unordered_map<Seq, std::uint32_t> lost_replies;
  for (const storage::Message& message : batch) {
    change.seqs.push_back(message.seq);
    if (message.parent && erasure->is_doomed.contains(message.parent)) continue;
    change.roots.push_back({message.seq, message.id, message.parent});
    if (message.parent) ++lost_replies[message.parent];
  }
  change.parents.assign(lost_replies.begin(), lost_replies.end());
  commit(change, refusing(erasure->answer), [this, change, erasure] {
    forget_messages(change);
    leave(OperationGate::Kind::exclusive);
    erase_next_step(erasure);
  });
}

void ConversationHost::erase_membership(const std::shared_ptr<Erasure>& erasure) {
  UserId user = erasure->user;
  Answer<Done> answer = erasure->answer;
  if (state_->participants()->empty()) {
    return remove_conversation(refusing(answer), [answer] { answer.deliver(Done{}); });
  }
  std::vector<storage::Change> changes;
  changes.push_back(storage::DeleteRevisionsBy{id_, user});
  changes.push_back(
      storage::EraseMember{id_, user, state_->header().owner, storage::now(), erasure->held_up});
  commit_all(std::move(changes), refusing(answer), [this, user, answer] {
    state_->forget_member(user);
    people_.erase(user);
    participants_version_ = 0;
    changed();
    leave(OperationGate::Kind::exclusive);
    answer.deliver(Done{});
  });
}

}  // namespace confab::actors
