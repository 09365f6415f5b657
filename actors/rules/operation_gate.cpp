#include "actors/rules/operation_gate.hpp"

#include <utility>

namespace confab::actors {

void OperationGate::enter(Kind kind, storage::UserId who, Start start) {
  if (waiting_.empty() && admits(kind, who)) {
    mark(kind, who);
    start();
    return;
  }
  waiting_.push_back({kind, who, std::move(start)});
}

void OperationGate::leave(Kind kind, storage::UserId who) {
  switch (kind) {
    case Kind::post:
      if (posts_ > 0) --posts_;
      break;
    case Kind::read_state:
      readers_.erase(who);
      break;
    case Kind::exclusive:
      exclusive_ = false;
      break;
  }
  start_waiting();
}

bool OperationGate::is_under_way(Kind kind, storage::UserId who) const {
  switch (kind) {
    case Kind::post:
      return posts_ > 0;
    case Kind::read_state:
      return readers_.contains(who);
    case Kind::exclusive:
      return exclusive_;
  }
  return false;
}

void OperationGate::clear() {
  waiting_.clear();
  readers_.clear();
  posts_ = 0;
  exclusive_ = false;
}

bool OperationGate::admits(Kind kind, storage::UserId who) const {
  switch (kind) {
    case Kind::post:
      return !exclusive_;
    case Kind::read_state:
      return !exclusive_ && !readers_.contains(who);
    case Kind::exclusive:
      return !busy();
  }
  return false;
}

void OperationGate::mark(Kind kind, storage::UserId who) {
  switch (kind) {
    case Kind::post:
      ++posts_;
      break;
    case Kind::read_state:
      readers_.insert(who);
      break;
    case Kind::exclusive:
      exclusive_ = true;
      break;
  }
}

void OperationGate::start_waiting() {
  // An operation that ends at once calls leave() and so comes back here: it must find the loop that
  // started it, not begin another inside it.
  if (starting_) return;
  struct Mark {
    bool& flag;
    explicit Mark(bool& starting) : flag(starting) { flag = true; }
    ~Mark() { flag = false; }
  } started(starting_);
  while (!waiting_.empty() && admits(waiting_.front().kind, waiting_.front().who)) {
    Operation next = std::move(waiting_.front());
    waiting_.pop_front();
    mark(next.kind, next.who);
    next.start();
  }
}

}  // namespace confab::actors
