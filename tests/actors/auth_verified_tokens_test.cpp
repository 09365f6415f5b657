#include <gtest/gtest.h>

#include "actors/auth/verified_tokens.hpp"

namespace confab::actors {
namespace {

TEST(VerifiedTokens, KnowATokenUntilItExpires) {
  VerifiedTokens tokens;
  Timestamp now = storage::now();
  Claims claims;
  claims.user = UserId{7};
  claims.expires_at = now + std::chrono::seconds(10);
  EXPECT_FALSE(tokens.find("token", now));
  tokens.put("token", claims);
  ASSERT_TRUE(tokens.find("token", now));
  EXPECT_EQ(tokens.find("token", now)->user, UserId{7});
  EXPECT_FALSE(tokens.find("Token", now));
  EXPECT_FALSE(tokens.find("token", now + std::chrono::seconds(10)));
}

TEST(VerifiedTokens, StayBounded) {
  VerifiedTokens tokens;
  Claims claims;
  claims.expires_at = storage::now() + std::chrono::hours(1);
  for (int i = 0; i < 20'000; ++i) tokens.put("token " + std::to_string(i), claims);
  int known = 0;
  for (int i = 0; i < 20'000; ++i) {
    if (tokens.find("token " + std::to_string(i), storage::now())) ++known;
  }
  EXPECT_GT(known, 0);
  EXPECT_LE(known, 16 * 512);
}

}  // namespace
}  // namespace confab::actors
