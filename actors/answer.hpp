#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <utility>

#include "storage/model/error.hpp"

namespace confab::actors {

using storage::Error;
using storage::ErrorCode;
using storage::fail;
using storage::Result;

/// The right to answer one request, travelling with it. Thread-safe and copyable; the first
/// delivery wins, later ones are dropped. When the last copy dies undelivered (the actor ended, the
/// message was lost) the asker gets `overloaded`: nobody waits for an answer that cannot come.
/// Stays within one process: between nodes a forwarder keeps it and waits for the other side.
template <class T>
class Answer {
 public:
  using Callback = std::function<void(Result<T>)>;

  Answer() = default;

  /// `callback` runs once, on the thread that delivers; it must not block.
  explicit Answer(Callback callback) : state_(std::make_shared<State>(std::move(callback))) {}

  void deliver(Result<T> result) const {
    if (state_) state_->deliver(std::move(result));
  }

 private:
  struct State {
    explicit State(Callback on_result) : callback(std::move(on_result)) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { deliver(fail(ErrorCode::overloaded)); }

    void deliver(Result<T> result) {
      if (!delivered.exchange(true)) callback(std::move(result));
    }

    Callback callback;
    std::atomic<bool> delivered{false};
  };

  std::shared_ptr<State> state_;
};

}  // namespace confab::actors
