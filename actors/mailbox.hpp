#pragma once

#include <functional>
#include <memory>
#include <utility>

#include <caf/send.hpp>

#include "actors/answer.hpp"

namespace confab::actors {

/// A continuation that an actor sends to itself from another thread, so that it runs among its
/// messages, one at a time. Stays within the process. Every actor here has a clause that runs it.
struct Resume {
  std::shared_ptr<std::function<void()>> run;
};

/// Makes of `then`, which touches an actor's state, a callback that may be called on any thread:
/// `then` runs within `self`. The callback keeps the actor alive; if it has ended, `then` is
/// dropped (and with it every Answer in it is delivered).
template <class T, class Handle, class F>
std::function<void(Result<T>)> resume(Handle self, F then) {
  return [self = std::move(self), then = std::move(then)](Result<T> result) mutable {
    auto run = [then = std::move(then), result = std::move(result)]() mutable {
      then(std::move(result));
    };
    caf::anon_send(self, Resume{std::make_shared<std::function<void()>>(std::move(run))});
  };
}

}  // namespace confab::actors
