#include "storage/sql/batch.hpp"

#include <algorithm>
#include <variant>

#include "storage/sql/errors.hpp"

namespace confab::storage {

const Error* Batch::inherited(std::size_t i) const {
  static const Error shard_lost = fail(ErrorCode::shard_lost);
  if (!lost_.empty() && is_lost(i)) return &shard_lost;
  if (broken_.empty()) return nullptr;
  for (const ConversationId conversation : conversations_of(changes_[i])) {
    const auto found = broken_.find(conversation);
    if (found != broken_.end()) return &found->second;
  }
  return nullptr;
}

bool Batch::is_lost(std::size_t i) const {
  const Fences& fences = fences_[i];
  if (fences.empty()) return lost_.contains(Fence{});
  return std::any_of(fences.begin(), fences.end(),
                     [this](const Fence& fence) { return lost_.contains(fence); });
}

std::vector<Fence> Batch::fences() const {
  std::set<Fence> needed;
  for (const Fences& fences : fences_) {
    if (fences.empty()) needed.insert(Fence{});
    needed.insert(fences.begin(), fences.end());
  }
  for (const Fence& lost : lost_) needed.erase(lost);
  return {needed.begin(), needed.end()};
}

void Batch::set(std::size_t i, Result<Committed> result) {
  // Of a lost shard all changes fail by themselves; those of a new ownership know what is stored.
  const bool is_lost = !result && result.error().code == ErrorCode::shard_lost;
  if (!result && !is_lost && is_machine_error(result.error().code)) {
    for (const ConversationId conversation : conversations_of(changes_[i])) {
      broken_.emplace(conversation, result.error());
    }
  }
  results_[i] = std::move(result);
}

void Batch::restart() {
  broken_.clear();
  std::fill(results_.begin(), results_.end(), Result<Committed>(Committed{}));
}

void Batch::fail_all(const Error& error) {
  std::fill(results_.begin(), results_.end(), Result<Committed>(error));
}

bool is_often_refused(const Change& change) {
  return !std::holds_alternative<PostMessage>(change) &&
         !std::holds_alternative<SaveReadState>(change);
}

}  // namespace confab::storage
