#pragma once

#include <functional>
#include <list>
#include <unordered_set>

#include "storage/model/ids.hpp"

namespace confab::actors {

/// Which writes of one conversation may be on their way to the database at the same time:
/// posts among each other, read states of different users, but anything else alone. Starts in the
/// order of arrival. Knows nothing of actors; not thread-safe.
class OperationGate {
 public:
  enum class Kind { post, read_state, exclusive };
  using Start = std::function<void()>;

  /// Calls `start` now, or once what stands in its way has left. `who`: whose read state.
  void enter(Kind kind, storage::UserId who, Start start);

  /// What entered has ended; starts what waited for it.
  void leave(Kind kind, storage::UserId who);

  /// Whether an operation of that kind (and, for a read state, of that user) has started and not
  /// yet left.
  bool is_under_way(Kind kind, storage::UserId who = {}) const;

  bool idle() const { return waiting_.empty() && !busy(); }

  /// Forgets what waits and what is under way.
  void clear();

 private:
  struct Operation {
    Kind kind;
    storage::UserId who;
    Start start;
  };

  bool busy() const { return posts_ > 0 || !readers_.empty() || exclusive_; }
  bool admits(Kind kind, storage::UserId who) const;
  void mark(Kind kind, storage::UserId who);
  void start_waiting();

  std::list<Operation> waiting_;  ///< seldom any; an empty deque would take half a kilobyte
  unsigned posts_ = 0;
  std::unordered_set<storage::UserId> readers_;
  bool exclusive_ = false;
  bool starting_ = false;  ///< start_waiting() is on the stack
};

}  // namespace confab::actors
