#pragma once

#include <optional>
#include <set>
#include <span>
#include <unordered_map>
#include <vector>

#include "storage/changes.hpp"
#include "storage/model/cluster.hpp"
#include "storage/model/error.hpp"
#include "storage/sql/applier.hpp"

namespace confab::storage {

/// The changes of one commit() and what has become of them so far.
class Batch {
 public:
  explicit Batch(std::span<const Change> changes, std::span<const Fences> fences = {})
      : changes_(changes),
        fences_(fences),
        memos_(changes.size()),
        results_(changes.size(), Committed{}) {}

  std::size_t size() const { return changes_.size(); }
  const Change& change(std::size_t i) const { return changes_[i]; }
  Applier::Memo& memo(std::size_t i) { return memos_[i]; }

  /// The error that the change inherits: an earlier one on its conversation failed for a reason
  /// that has nothing to do with the request, so that this one was made for a state that never
  /// came.
  const Error* inherited(std::size_t i) const;

  /// The ownerships that the changes still depend on, each once, in order. One of epoch 0 stands
  /// for all changes of no shard.
  std::vector<Fence> fences() const;

  /// The node owns these no more: their changes fail. Survives restart().
  void lose(const std::vector<Fence>& fences) { lost_.insert(fences.begin(), fences.end()); }

  void set(std::size_t i, Result<Committed> result);

  /// Forgets all results: the changes are applied anew.
  void restart();

  /// Everything fails alike.
  void fail_all(const Error& error);

  const std::vector<Result<Committed>>& results() const { return results_; }
  std::vector<Result<Committed>> take_results() { return std::move(results_); }

 private:
  bool is_lost(std::size_t i) const;

  std::span<const Change> changes_;
  std::span<const Fences> fences_;
  std::set<Fence> lost_;
  std::vector<Applier::Memo> memos_;
  std::vector<Result<Committed>> results_;
  std::unordered_map<ConversationId, Error> broken_;
};

/// Whether a change is refused now and then in the ordinary course of things, so that it is worth
/// guarding with a savepoint from the start. For the others the whole batch is done once more.
bool is_often_refused(const Change& change);

}  // namespace confab::storage
