#include <chrono>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "actors/auth/throttle.hpp"

namespace confab::actors {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const Timestamp kStart{hours{500'000}};

TEST(FailureWindow, LetsSoManyFailuresPassAndThenNamesTheWait) {
  FailureWindow window({.limit = 3, .window = seconds{100}});
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(window.wait("key", kStart + seconds{i}), std::nullopt);
    window.record("key", kStart + seconds{i});
  }
  EXPECT_EQ(window.wait("key", kStart + seconds{2}), seconds{98});
  EXPECT_EQ(window.wait("key", kStart + seconds{99}), seconds{1});
  EXPECT_EQ(window.wait("other", kStart + seconds{2}), std::nullopt);
}

TEST(FailureWindow, SlidesInsteadOfStartingAnew) {
  FailureWindow window({.limit = 2, .window = seconds{100}});
  window.record("key", kStart);
  window.record("key", kStart + seconds{60});
  EXPECT_EQ(window.wait("key", kStart + seconds{100}), std::nullopt);
  window.record("key", kStart + seconds{100});
  EXPECT_EQ(window.wait("key", kStart + seconds{100}), seconds{60});
}

TEST(FailureWindow, RoundsTheWaitUpSoThatItSuffices) {
  FailureWindow window({.limit = 1, .window = seconds{10}});
  window.record("key", kStart);
  EXPECT_EQ(window.wait("key", kStart + std::chrono::microseconds{1}), seconds{10});
  EXPECT_EQ(window.wait("key", kStart + std::chrono::milliseconds{9'999}), seconds{1});
}

TEST(FailureWindow, WaitsNoLongerThanItsWindowWhenTheClockIsSetBack) {
  FailureWindow window({.limit = 1, .window = seconds{10}});
  window.record("key", kStart + hours{1});
  EXPECT_EQ(window.wait("key", kStart), seconds{10});
}

TEST(FailureWindow, ForgetsOnRequestAndAfterItsTime) {
  FailureWindow window({.limit = 1, .window = seconds{10}});
  window.record("asked", kStart);
  window.forget("asked");
  window.forget("never seen");
  EXPECT_EQ(window.wait("asked", kStart), std::nullopt);
  window.record("old", kStart);
  window.record("new", kStart + seconds{10});
  EXPECT_EQ(window.size(), 1U);
}

TEST(FailureWindow, StaysBounded) {
  FailureWindow window({.limit = 2, .window = hours{1}, .most_keys = 10});
  for (int i = 0; i < 1000; ++i) window.record("key " + std::to_string(i), kStart + seconds{i});
  EXPECT_EQ(window.size(), 10U);
  for (int i = 0; i < 1000; ++i) window.record("one", kStart + seconds{1000});
  EXPECT_EQ(window.size(), 10U);
  EXPECT_NE(window.wait("one", kStart + seconds{1000}), std::nullopt);
}

TEST(FailureWindow, CanBeOff) {
  FailureWindow window({.limit = 0});
  for (int i = 0; i < 100; ++i) window.record("key", kStart);
  EXPECT_EQ(window.wait("key", kStart), std::nullopt);
  EXPECT_EQ(window.size(), 0U);
}

class Throttle : public testing::Test {
 protected:
  void fail_times(int times, const std::string& name, const std::string& address) {
    for (int i = 0; i < times; ++i) throttle_.record_failure(name, address, kStart);
  }

  LoginThrottle throttle_{LoginThrottle::Limits{}};
};

TEST_F(Throttle, HoldsAnAccountAfterFiveFailuresForAQuarterOfAnHour) {
  fail_times(4, "alice", "10.0.0.1");
  EXPECT_EQ(throttle_.wait("alice", "10.0.0.1", kStart), std::nullopt);
  fail_times(1, "alice", "10.0.0.1");
  EXPECT_EQ(throttle_.wait("alice", "10.0.0.1", kStart), minutes{15});
  EXPECT_EQ(throttle_.wait("ALICE", "10.0.0.1", kStart), minutes{15});
  EXPECT_EQ(throttle_.wait("alice", "10.0.0.1", kStart + minutes{15}), std::nullopt);
}

TEST_F(Throttle, LeavesOtherAccountsAndTheOwnerElsewhereAlone) {
  fail_times(50, "alice", "10.0.0.1");
  EXPECT_EQ(throttle_.wait("bob", "10.0.0.1", kStart), std::nullopt);
  EXPECT_EQ(throttle_.wait("alice", "10.0.0.2", kStart), std::nullopt);
}

TEST_F(Throttle, HoldsAnAddressAfterAHundredFailuresForAnHour) {
  for (int i = 0; i < 100; ++i) fail_times(1, "user" + std::to_string(i), "10.0.0.1");
  EXPECT_EQ(throttle_.wait("somebody else", "10.0.0.1", kStart), hours{1});
  EXPECT_EQ(throttle_.wait("somebody else", "10.0.0.2", kStart), std::nullopt);
}

TEST_F(Throttle, ForgivesTheAccountButNotTheAddressOnSuccess) {
  for (int i = 0; i < 25; ++i) {
    fail_times(4, "mine", "10.0.0.1");
    throttle_.record_success("mine", "10.0.0.1");
    EXPECT_EQ(throttle_.wait("mine", "10.0.0.1", kStart).has_value(), i == 24);
  }
}

TEST_F(Throttle, CanBeOff) {
  throttle_ = LoginThrottle({.enabled = false});
  fail_times(1000, "alice", "10.0.0.1");
  EXPECT_EQ(throttle_.wait("alice", "10.0.0.1", kStart), std::nullopt);
}

}  // namespace
}  // namespace confab::actors
