#include <algorithm>
#include <chrono>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "actors/conversation/conversation_host.hpp"

namespace confab::actors {

namespace {

// Small enough that a post which arrives meanwhile waits for milliseconds only.
constexpr std::size_t kMessagesPerStep = 100;
constexpr std::size_t kFewestPerStep = 10;
constexpr std::chrono::milliseconds kMostForTheMessages{20};

}  // namespace

/// An account's remains in this conversation, on their way out.
struct ConversationHost::Erasure {
  UserId user;
  storage::SeqSet held_up;  ///< messages that only he had not read
  std::vector<Seq> doomed;  ///< in the end newest first: replies go before or with what they answer
  std::unordered_set<Seq> is_doomed;
  Seq listed_up_to;
  std::size_t next = 0;
  std::size_t per_step = kFewestPerStep;
  std::chrono::steady_clock::duration shortest_step = std::chrono::steady_clock::duration::max();
  Answer<Done> answer;

  void doom(Seq seq) {
    if (is_doomed.insert(seq).second) doomed.push_back(seq);
  }

  /// Others commit along with a step, and wait for it: what a step takes beyond the least that a
  /// commit takes is what its messages cost them.
  void pace(std::chrono::steady_clock::duration step_took) {
    shortest_step = std::min(shortest_step, step_took);
    per_step = step_took > shortest_step + kMostForTheMessages
                   ? std::max(per_step / 2, kFewestPerStep)
                   : std::min(per_step + kFewestPerStep, kMessagesPerStep);
  }
};

void ConversationHost::serve(const EraseAccount& request, const Answer<Done>& answer) {
  // Whoever asks again hears of the one that is under way.
  const auto [waiting, is_first] = erasing_.try_emplace(request.user);
  waiting->second.push_back(answer);
  if (!is_first) return;
  auto erasure = std::make_shared<Erasure>();
  erasure->user = request.user;
  erasure->answer =
      Answer<Done>(resume<Done>(self_, [this, user = request.user](const Result<Done>& result) {
        auto ended = erasing_.extract(user);
        for (const Answer<Done>& one : ended.mapped()) one.deliver(result);
      }));
  // Entered alone, so that no post or read of that account is on its way; none will follow.
  enter(OperationGate::Kind::exclusive, {}, [this, erasure] {
    if (state_->has_participant(erasure->user)) {
      erasure->held_up = state_->held_up_by(erasure->user);
    }
    state_->remove_participant(erasure->user);
    state_->set_header(state_->header().title, state_->owner_without(erasure->user),
                       state_->header().updated_at);
    participants_version_ = 0;
    changed();
    erasure->listed_up_to = state_->header().last_seq;
    leave(OperationGate::Kind::exclusive);
    list_remains(erasure);
  });
}

void ConversationHost::list_remains(const std::shared_ptr<Erasure>& erasure) {
  auto ask = [id = id_, user = erasure->user](storage::Reader& reader) {
    return reader.touched_by(id, user);
  };
  // The list may be long: others go on posting while it is made.
  query<std::vector<storage::ThreadNode>>(
      ask, refusing(erasure->answer),
      [this, erasure](const std::vector<storage::ThreadNode>& nodes) {
        for (const storage::ThreadNode& node : nodes) erasure->doom(node.seq);
        follow_posts(erasure);
      });
}

/// Others may have answered what is to go since the list was made: looks through their posts, and
/// enters alone once there are so few left that nobody has to wait.
void ConversationHost::follow_posts(const std::shared_ptr<Erasure>& erasure) {
  Seq last = state_->header().last_seq;
  bool is_close = last.value - erasure->listed_up_to.value <= kMessagesPerStep;
  if (is_close) {
    return enter(OperationGate::Kind::exclusive, {}, [this, erasure] {
      with_messages(state_->live().between(erasure->listed_up_to, state_->header().last_seq),
                    leaving_with(erasure->answer), [this, erasure](const Messages& newer) {
                      add_newer_remains(erasure, newer);
                      hide_remains(erasure);
                      leave(OperationGate::Kind::exclusive);
                      erase_next_step(erasure);
                    });
    });
  }
  Seq end{erasure->listed_up_to.value + static_cast<std::uint32_t>(kMessagesPerStep)};
  with_messages(state_->live().between(erasure->listed_up_to, end), refusing(erasure->answer),
                [this, erasure, end](const Messages& newer) {
                  add_newer_remains(erasure, newer);
                  erasure->listed_up_to = end;
                  follow_posts(erasure);
                });
}

void ConversationHost::add_newer_remains(const std::shared_ptr<Erasure>& erasure,
                                         const Messages& newer) {
  for (const CachedMessage* cached : newer) {
    const storage::Message& message = cached->message;
    if (message.parent && erasure->is_doomed.contains(message.parent)) erasure->doom(message.seq);
  }
}

/// Invisible at once; the rows follow step by step.
void ConversationHost::hide_remains(const std::shared_ptr<Erasure>& erasure) {
  std::sort(erasure->doomed.begin(), erasure->doomed.end(), std::greater<>());
  state_->removed(erasure->doomed);
  for (Seq seq : erasure->doomed) {
    erasure->held_up.remove(seq);
    cache_.remove(seq);
  }
  changed();
}

void ConversationHost::erase_next_step(const std::shared_ptr<Erasure>& erasure) {
  enter(OperationGate::Kind::exclusive, {}, [this, erasure] {
    std::size_t end = std::min(erasure->next + erasure->per_step, erasure->doomed.size());
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
  const auto began = std::chrono::steady_clock::now();
  commit(change, refusing(erasure->answer), [this, change, erasure, began] {
    erasure->pace(std::chrono::steady_clock::now() - began);
    forget_messages(change);
    leave(OperationGate::Kind::exclusive);
    erase_next_step(erasure);
  });
}

void ConversationHost::erase_membership(const std::shared_ptr<Erasure>& erasure) {
  UserId user = erasure->user;
  Answer<Done> answer = erasure->answer;
  if (state_->participants()->empty()) {
    return remove_conversation({}, {}, refusing(answer), [answer] { answer.deliver(Done{}); });
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
