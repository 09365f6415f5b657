#pragma once

#include <algorithm>
#include <utility>

#include "actors/cluster/membership.hpp"

namespace confab::actors::cluster {

/// How long messages of one other node have been on their way. The clocks of two machines are a
/// constant apart, so of the differences between sending and receiving the least that was seen
/// lately stands for that and for the quickest way; what goes beyond is time lost. Not thread-safe.
class TransitMeter {
 public:
  /// A message sent at `sent`, by the other's clock, has come at `now`.
  void note(Moment sent, Moment now) {
    if (now - begun_ >= kSpan) {
      least_before_ = std::exchange(least_, kUnknown);
      begun_ = now;
    }
    least_ = std::min(least_, now - sent);
  }

  /// Zero as long as nothing has been noted.
  Moment time_lost(Moment sent, Moment now) const {
    const Moment least = std::min(least_, least_before_);
    return least == kUnknown ? Moment{0} : std::max(Moment{0}, now - sent - least);
  }

 private:
  /// The least is forgotten after two of these: a machine that was frozen has another clock.
  static constexpr Moment kSpan{5000};
  static constexpr Moment kUnknown = Moment::max();

  Moment begun_{};
  Moment least_ = kUnknown;
  Moment least_before_ = kUnknown;
};

}  // namespace confab::actors::cluster
