#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "actors/answer.hpp"

namespace confab::actors {

/// Collects the answers to several requests and goes on when the last one is there. Thread-safe:
/// answers may come on any thread. The first error, if any, is the outcome.
template <class T>
class Gather {
 public:
  using Then = std::function<void(Result<std::vector<T>>)>;

  /// `then` is called once, with the answers in the order of the slots; at once if there are none.
  static std::shared_ptr<Gather> of(std::size_t slots, Then then) {
    auto gather = std::shared_ptr<Gather>(new Gather(slots, std::move(then)));
    if (slots == 0) gather->finish();
    return gather;
  }

  /// What to send along with the request for one slot.
  static Answer<T> slot(const std::shared_ptr<Gather>& gather, std::size_t index) {
    return Answer<T>([gather, index](Result<T> result) { gather->put(index, std::move(result)); });
  }

 private:
  Gather(std::size_t slots, Then then)
      : results_(slots), remaining_(slots), then_(std::move(then)) {}

  void put(std::size_t index, Result<T> result) {
    if (result.has_value()) {
      results_[index] = std::move(result.value());
    } else if (!failed_.exchange(true)) {
      error_ = std::move(result.error());
    }
    if (remaining_.fetch_sub(1, std::memory_order_acq_rel) == 1) finish();
  }

  void finish() {
    if (failed_) {
      then_(std::move(error_));
    } else {
      then_(std::move(results_));
    }
  }

  std::vector<T> results_;
  Error error_;
  std::atomic<bool> failed_{false};
  std::atomic<std::size_t> remaining_;
  Then then_;
};

}  // namespace confab::actors
