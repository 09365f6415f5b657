#include "actors/auth/setup_link.hpp"

#include <gtest/gtest.h>

namespace confab::actors {
namespace {

constexpr storage::Timestamp kNow{std::chrono::hours(500'000)};

TEST(SetupLink, IsClosedUntilItIsOffered) {
  const SetupLink link;
  EXPECT_FALSE(link.accepts("", kNow));
  EXPECT_FALSE(link.accepts(std::string(64, 'a'), kNow));
}

TEST(SetupLink, TakesItsSecretAndNothingElse) {
  SetupLink link;
  std::string token = link.offer(kNow);
  EXPECT_EQ(token.size(), 64U);
  EXPECT_TRUE(link.accepts(token, kNow));
  EXPECT_FALSE(link.accepts(token + "x", kNow));
  EXPECT_FALSE(link.accepts(std::string_view(token).substr(1), kNow));
  token.back() = token.back() == 'a' ? 'b' : 'a';
  EXPECT_FALSE(link.accepts(token, kNow));
}

TEST(SetupLink, EndsInTimeAndWhenItIsUsedOrReplaced) {
  SetupLink link;
  const std::string first = link.offer(kNow);
  EXPECT_TRUE(link.accepts(first, kNow + std::chrono::minutes(30) - std::chrono::microseconds(1)));
  EXPECT_FALSE(link.accepts(first, kNow + std::chrono::minutes(30)));
  const std::string second = link.offer(kNow);
  EXPECT_NE(first, second);
  EXPECT_FALSE(link.accepts(first, kNow));
  link.close();
  EXPECT_FALSE(link.accepts(second, kNow));
}

}  // namespace
}  // namespace confab::actors
