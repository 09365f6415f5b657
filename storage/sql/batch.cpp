#include "storage/sql/batch.hpp"

#include <algorithm>
#include <variant>

#include "storage/sql/errors.hpp"

namespace confab::storage {

const Error* Batch::inherited(std::size_t i) const {
  static const Error shard_lost = fail(ErrorCode::shard_lost);
  if (!lost_.empty() && lost_.contains(fences_[i])) return &shard_lost;
  if (broken_.empty()) return nullptr;
  const ConversationId conversation = conversation_of(changes_[i]);
  const auto found = broken_.find(conversation);
  return conversation && found != broken_.end() ? &found->second : nullptr;
}

std::vector<Fence> Batch::fences() const {
  std::set<Fence> needed(fences_.begin(), fences_.end());
  for (const Fence& lost : lost_) needed.erase(lost);
  return {needed.begin(), needed.end()};
}

void Batch::set(std::size_t i, Result<Committed> result) {
  if (!result && is_machine_error(result.error().code)) {
    const ConversationId conversation = conversation_of(changes_[i]);
    if (conversation) broken_.emplace(conversation, result.error());
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
