#include "actors/auth/setup_link.hpp"

#include <gtest/gtest.h>

#include "tests/actors/auth_fixture.hpp"

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

class ClusterSetupLink : public AuthFixture {
 protected:
  void SetUp() override {
    AuthFixture::SetUp();
    go_to_another_node();
  }

  /// What an authenticator has in its own memory, the next one does not know.
  void go_to_another_node() {
    AuthenticatorSettings settings = cheap_settings();
    settings.is_one_of_several = true;
    start(settings);
  }

  std::string offer() { return ask(OfferSetup{}).value().token; }

  Result<ResourceView> create(const std::string& token, const std::string& name = "root") {
    return ask(CreateFirstAdmin{token, name, name + "@example.com", kPassword, kPeer});
  }
};

TEST_F(ClusterSetupLink, IsGoodAtEveryNodeThatHasTheKeyAndOnce) {
  const std::string token = offer();
  go_to_another_node();
  const auto created = create(token);
  ASSERT_TRUE(created.has_value()) << describe(created.error().code);
  EXPECT_EQ(stored_user("root").value().role, Role::admin);
  EXPECT_EQ(error_of(create(token, "another")).code, ErrorCode::not_allowed);
  go_to_another_node();
  EXPECT_EQ(error_of(create(token, "another")).code, ErrorCode::not_allowed);
}

TEST_F(ClusterSetupLink, EndsInTime) {
  const std::string token = offer();
  pass(SetupLink::kLifetime);
  EXPECT_EQ(error_of(create(token)).code, ErrorCode::not_allowed);
}

TEST_F(ClusterSetupLink, IsNoToken) {
  const std::string token = offer();
  EXPECT_FALSE(refresh(token).has_value());
  EXPECT_FALSE(ask(VerifyToken{token}).has_value());
}

TEST_F(ClusterSetupLink, IsNotAnyTokenOfTheKey) {
  register_user("alice");
  EXPECT_EQ(error_of(create(log_in("alice").value().refresh)).code, ErrorCode::not_allowed);
}

}  // namespace
}  // namespace confab::actors
