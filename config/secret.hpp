// A text that must never be printed.
#pragma once

#include <string>
#include <utility>

namespace confab::config {

// Holds a key or a password. It has no stream or format operator, so that it reaches a log only by
// a deliberate call of reveal().
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}

  bool empty() const { return text_.empty(); }
  const std::string& reveal() const { return text_; }

 private:
  std::string text_;
};

}  // namespace confab::config
