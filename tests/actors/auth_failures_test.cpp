#include <stdexcept>

#include "actors/auth/hash_pool.hpp"
#include "tests/actors/auth_fixture.hpp"

// What is left of logging in after something has thrown.

namespace confab::actors {
namespace {

using AuthFailures = AuthFixture;

TEST_F(AuthFailures, AnExceptionRefusesTheRequestAndEndsNobody) {
  register_user("alice");
  clock_fails_ = true;
  EXPECT_TRUE(log_in("alice").has_error());
  EXPECT_FALSE(clock_fails_);
  EXPECT_TRUE(log_in("alice").has_value());
}

TEST_F(AuthFailures, AJobThatThrowsLeavesItsWorkerToTheNext) {
  HashPool pool(*system_, authenticator_, 1, 8);
  std::promise<bool> done;
  auto submit = [&] {
    auto always = [] { return true; };
    pool.submit({always, []() -> HashPool::Continuation { throw std::runtime_error("work"); }});
    pool.submit({always, []() -> HashPool::Continuation {
                   return [] { throw std::runtime_error("continuation"); };
                 }});
    pool.submit({always, [&] { return [&] { done.set_value(true); }; }});
  };
  caf::anon_send(authenticator_, Resume{std::make_shared<std::function<void()>>(submit)});
  auto future = done.get_future();
  EXPECT_EQ(future.wait_for(std::chrono::seconds{60}), std::future_status::ready);
  // What the pool has told its owner refers to the pool.
  EXPECT_TRUE(ask(EndLoginOf{}).has_error());
}

}  // namespace
}  // namespace confab::actors
