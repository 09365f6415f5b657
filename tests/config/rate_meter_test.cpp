#include "config/rate_meter.hpp"

#include <gtest/gtest.h>

namespace confab::metrics {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

RateMeter::Clock::time_point at(milliseconds time) { return RateMeter::Clock::time_point(time); }

TEST(RateMeter, AveragesOverTheLastTenWholeSeconds) {
  RateMeter meter;
  for (int i = 0; i < 50; ++i) meter.count(at(seconds(100)));
  EXPECT_EQ(meter.per_second(at(milliseconds(100'900))), 0) << "the second is still running";
  EXPECT_EQ(meter.per_second(at(seconds(101))), 5);
  EXPECT_EQ(meter.per_second(at(seconds(110))), 5);
  EXPECT_EQ(meter.per_second(at(seconds(111))), 0);
}

TEST(RateMeter, ForgetsWhatItsSlotHeldBefore) {
  RateMeter meter;
  for (int second = 0; second < 100; ++second) {
    for (int i = 0; i <= second; ++i) meter.count(at(seconds(second)));
  }
  EXPECT_EQ(meter.per_second(at(seconds(100))),
            (91 + 92 + 93 + 94 + 95 + 96 + 97 + 98 + 99 + 100) / 10.0);
  EXPECT_EQ(meter.per_second(at(seconds(10'000))), 0);
}

}  // namespace
}  // namespace confab::metrics
