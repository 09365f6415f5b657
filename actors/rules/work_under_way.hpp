#pragma once

#include <memory>
#include <utility>

namespace confab::actors {

/// Knows whether somebody still has a continuation of its owner to call: each carries a token. The
/// owner's alone; the continuations may be copied, called and dropped on any thread.
class WorkUnderWay {
 public:
  /// Makes of `then` the same with a token.
  template <class F>
  auto counted(F then) const {
    return
        [token = token_, then = std::move(then)](auto result) mutable { then(std::move(result)); };
  }

  /// Exact for the owner: only from a token that is counted can another be made elsewhere.
  bool none() const { return token_.use_count() == 1; }

 private:
  std::shared_ptr<const char> token_ = std::make_shared<const char>();
};

}  // namespace confab::actors
