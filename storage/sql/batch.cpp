#include "storage/sql/batch.hpp"

#include <algorithm>
#include <variant>

#include "storage/sql/errors.hpp"

namespace confab::storage {

const Error* Batch::inherited(std::size_t i) const {
  if (broken_.empty()) return nullptr;
  for (const ConversationId conversation : conversations_of(changes_[i])) {
    const auto found = broken_.find(conversation);
    if (found != broken_.end()) return &found->second;
  }
  return nullptr;
}

void Batch::set(std::size_t i, Result<Committed> result) {
  if (!result && is_machine_error(result.error().code)) {
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
