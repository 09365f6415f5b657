#include <algorithm>
#include <chrono>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "tests/actors/auth_fixture.hpp"

namespace confab::actors {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

class LoginFamily : public AuthFixture {
 protected:
  void SetUp() override {
    AuthFixture::SetUp();
    register_user("alice");
    first_ = log_in("alice").value();
  }

  bool is_valid(const std::string& token) { return ask(VerifyToken{token}).has_value(); }

  TokenPair first_;
};

TEST_F(LoginFamily, RotatesBothTokens) {
  pass(seconds{5});
  const auto second = refresh(first_.refresh).value();
  EXPECT_NE(claims_of(second.access).jti, claims_of(first_.access).jti);
  EXPECT_NE(claims_of(second.refresh).jti, claims_of(first_.refresh).jti);
  EXPECT_EQ(claims_of(second.refresh).login, claims_of(first_.refresh).login);
  EXPECT_EQ(claims_of(second.refresh).expires_at - claims_of(first_.refresh).expires_at,
            seconds{5});
  EXPECT_TRUE(is_valid(second.access));
  EXPECT_TRUE(is_valid(second.refresh));
  EXPECT_FALSE(is_valid(first_.refresh));
}

TEST_F(LoginFamily, GivesALostAnswerAgainForAMoment) {
  const auto second = refresh(first_.refresh).value();
  pass(seconds{10});
  const auto again = refresh(first_.refresh).value();
  EXPECT_EQ(claims_of(again.refresh).jti, claims_of(second.refresh).jti);
  EXPECT_TRUE(refresh(again.refresh).has_value());
}

TEST_F(LoginFamily, EndsWhenAUsedTokenComesBackLater) {
  const auto second = refresh(first_.refresh).value();
  pass(seconds{11});
  EXPECT_EQ(error_of(refresh(first_.refresh)).code, ErrorCode::token_blacklisted);
  EXPECT_TRUE(board_.has_ended(claims_of(second.refresh).login));
  EXPECT_EQ(error_of(refresh(second.refresh)).code, ErrorCode::token_blacklisted);
  EXPECT_FALSE(is_valid(second.access));
}

TEST_F(LoginFamily, GivesALostAnswerAgainWhenTheClockIsALittleBehind) {
  const auto second = refresh(first_.refresh).value();
  pass(-seconds{10});
  const auto again = refresh(first_.refresh).value();
  EXPECT_EQ(claims_of(again.refresh).jti, claims_of(second.refresh).jti);
}

TEST_F(LoginFamily, EndsWhenAUsedTokenComesToANodeWhoseClockIsFarBehind) {
  const auto second = refresh(first_.refresh).value();
  pass(-hours{1});
  EXPECT_EQ(error_of(refresh(first_.refresh)).code, ErrorCode::token_blacklisted);
  EXPECT_EQ(error_of(refresh(second.refresh)).code, ErrorCode::token_blacklisted);
}

TEST_F(LoginFamily, EndsWhenATokenBeforeTheLastComesBack) {
  const auto second = refresh(first_.refresh).value();
  const auto third = refresh(second.refresh).value();
  EXPECT_EQ(error_of(refresh(first_.refresh)).code, ErrorCode::token_blacklisted);
  EXPECT_EQ(error_of(refresh(third.refresh)).code, ErrorCode::token_blacklisted);
}

TEST_F(LoginFamily, EndsAtOnceWithoutGrace) {
  auto settings = cheap_settings();
  settings.repeat_grace = seconds{-1};
  start(settings);
  const auto second = refresh(first_.refresh).value();
  EXPECT_EQ(error_of(refresh(first_.refresh)).code, ErrorCode::token_blacklisted);
  EXPECT_EQ(error_of(refresh(second.refresh)).code, ErrorCode::token_blacklisted);
}

TEST_F(LoginFamily, LeavesOtherLoginsAloneWhenItEnds) {
  const auto other = log_in("alice").value();
  ASSERT_TRUE(ask(EndLoginOf{first_.refresh}).has_value());
  EXPECT_TRUE(is_valid(other.access));
  EXPECT_TRUE(refresh(other.refresh).has_value());
}

TEST_F(LoginFamily, EndsWithALogout) {
  ASSERT_TRUE(ask(EndLoginOf{first_.refresh}).has_value());
  EXPECT_TRUE(board_.has_ended(claims_of(first_.access).login));
  EXPECT_FALSE(is_valid(first_.access));
  EXPECT_FALSE(is_valid(first_.refresh));
  EXPECT_EQ(error_of(refresh(first_.refresh)).code, ErrorCode::token_blacklisted);
  EXPECT_EQ(error_of(ask(EndLoginOf{first_.refresh})).code, ErrorCode::token_blacklisted);
}

TEST_F(LoginFamily, EndsWithALogoutByAUsedTokenToo) {
  const auto second = refresh(first_.refresh).value();
  pass(seconds{11});
  EXPECT_EQ(error_of(ask(EndLoginOf{first_.refresh})).code, ErrorCode::token_blacklisted);
  EXPECT_EQ(error_of(refresh(second.refresh)).code, ErrorCode::token_blacklisted);
}

TEST_F(LoginFamily, StaysEndedWhenTheBoardHasForgotten) {
  ASSERT_TRUE(ask(EndLoginOf{first_.refresh}).has_value());
  board_.forget_expired(storage::from_micros(clock_.load()) + hours{48});
  EXPECT_EQ(error_of(refresh(first_.refresh)).code, ErrorCode::token_blacklisted);
  EXPECT_FALSE(is_valid(first_.access));
}

TEST_F(LoginFamily, TakesNothingButItsRefreshTokens) {
  const Error type = fail(ErrorCode::token_invalid, "type");
  const Error invalid = fail(ErrorCode::token_invalid);
  EXPECT_EQ(error_of(refresh(first_.access)), type);
  EXPECT_EQ(error_of(ask(EndLoginOf{first_.access})), type);
  for (const char* token : {"", "x", "not.a.token"}) {
    EXPECT_EQ(error_of(refresh(token)), invalid);
    EXPECT_EQ(error_of(ask(EndLoginOf{token})), invalid);
    EXPECT_EQ(error_of(ask(VerifyToken{token})), invalid);
  }
  EXPECT_TRUE(refresh(first_.refresh).has_value());
}

TEST_F(LoginFamily, IsOverWhenItsTokenHasExpired) {
  pass(hours{24} + seconds{1});
  EXPECT_EQ(error_of(refresh(first_.refresh)), fail(ErrorCode::token_invalid, "expired"));
  EXPECT_EQ(error_of(ask(VerifyToken{first_.access})), fail(ErrorCode::token_invalid, "expired"));
}

TEST_F(LoginFamily, IsOverWhenTheAccountIsDeactivated) {
  deactivate("alice");
  EXPECT_FALSE(refresh(first_.refresh).has_value());
  EXPECT_FALSE(is_valid(first_.access));
}

TEST_F(LoginFamily, CannotBeMadeFromASession) {
  const auto session = ask(StartSession{"alice", kPassword, kPeer}).value();
  Claims claims = claims_of(first_.refresh);
  claims.login = session.session;
  EXPECT_EQ(error_of(refresh(signer_.sign(claims).value())).code, ErrorCode::token_invalid);
}

TEST_F(LoginFamily, MovesOnceWhenItsTokenIsUsedManyTimesAtOnce) {
  std::set<Uuid> next;
  for (const auto& result : ask_at_once(RefreshTokens{first_.refresh}, 20)) {
    ASSERT_TRUE(result.has_value()) << describe(error_of(result).code);
    next.insert(claims_of(result.value().refresh).jti);
  }
  EXPECT_EQ(next.size(), 1U);
  EXPECT_FALSE(next.contains(claims_of(first_.refresh).jti));
}

TEST_F(LoginFamily, GivesAtMostOnePairInARaceWithoutGraceAndThenEnds) {
  auto settings = cheap_settings();
  settings.repeat_grace = seconds{-1};
  start(settings);
  const auto results = ask_at_once(RefreshTokens{first_.refresh}, 20);
  const auto succeeded =
      std::ranges::count_if(results, [](const auto& r) { return r.has_value(); });
  EXPECT_LE(succeeded, 1);
  EXPECT_TRUE(board_.has_ended(claims_of(first_.refresh).login));
  EXPECT_FALSE(is_valid(first_.access));
}

}  // namespace
}  // namespace confab::actors
