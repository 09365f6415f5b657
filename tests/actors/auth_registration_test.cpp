#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "tests/actors/auth_fixture.hpp"

namespace confab::actors {
namespace {

class Registration : public AuthFixture {
 protected:
  static RegisterUser with_key(const std::string& name, const std::string& fingerprint) {
    RegisterUser request = registration(name);
    request.retry = RetryKey{"key-1", fingerprint};
    return request;
  }

  /// Where both name and address are taken, the database names whichever it looks at first.
  static bool is_taken(const Result<ResourceView>& result) {
    const ErrorCode code = error_of(result).code;
    return code == ErrorCode::username_taken || code == ErrorCode::email_taken;
  }
};

TEST_F(Registration, StoresTheAccountAndShowsIt) {
  RegisterUser request = registration("Alice");
  request.first_name = "Ålice";
  request.phone_number = "+49 30 1234";
  request.role = Role::host;
  const auto view = ask(request).value();
  const auto user = stored_user("alice").value();
  EXPECT_EQ(view.status, 201);
  EXPECT_FALSE(view.replayed);
  EXPECT_EQ(view.json, R"({"id":)" + std::to_string(user.id.value) + R"(,"username":"Alice"})");
  EXPECT_EQ(user.email, "Alice@example.com");
  EXPECT_EQ(user.first_name, "Ålice");
  EXPECT_EQ(user.phone_number, "+49 30 1234");
  EXPECT_EQ(user.role, Role::host);
  EXPECT_TRUE(user.is_active);
  EXPECT_TRUE(user.uuid);
  EXPECT_TRUE(user.password_hash.starts_with("$argon2id$v=19$m=64,t=1,p=1$"));
}

TEST_F(Registration, RefusesNamesAndAddressesThatAreTakenInAnyCase) {
  register_user("alice");
  RegisterUser same_name = registration("ALICE");
  same_name.email = "another@example.com";
  EXPECT_EQ(error_of(ask(same_name)).code, ErrorCode::username_taken);
  RegisterUser same_address = registration("bob");
  same_address.email = "Alice@Example.com";
  EXPECT_EQ(error_of(ask(same_address)).code, ErrorCode::email_taken);
  EXPECT_EQ(error_of(stored_user("bob")).code, ErrorCode::not_found);
}

TEST_F(Registration, GivesARepeatedRequestItsFirstAnswer) {
  const auto first = ask(with_key("alice", "print")).value();
  const auto again = ask(with_key("alice", "print")).value();
  EXPECT_FALSE(first.replayed);
  EXPECT_TRUE(again.replayed);
  EXPECT_EQ(again.json, first.json);
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(error_of(ask(with_key("bob", "another print"))).code, ErrorCode::idempotency_mismatch);
}

TEST_F(Registration, KeepsNoAnswerOfARequestThatFailed) {
  register_user("alice");
  EXPECT_TRUE(is_taken(ask(with_key("alice", "print"))));
  EXPECT_TRUE(is_taken(ask(with_key("alice", "print"))));
  EXPECT_TRUE(ask(with_key("bob", "print of bob")).has_value());
}

TEST_F(Registration, HappensOnceHoweverOftenItIsSentAtOnce) {
  int created = 0;
  for (const auto& result : ask_at_once(with_key("alice", "print"), 20)) {
    if (result.has_value()) {
      created += result.value().replayed ? 0 : 1;
    } else {
      EXPECT_EQ(result.error().code, ErrorCode::idempotency_running);
    }
  }
  EXPECT_EQ(created, 1);
  EXPECT_TRUE(ask(with_key("alice", "print")).value().replayed);
}

TEST_F(Registration, OfOneNameSucceedsOnceInARace) {
  const auto results = ask_at_once(registration("alice"), 20);
  const auto succeeded =
      std::ranges::count_if(results, [](const auto& r) { return r.has_value(); });
  EXPECT_EQ(succeeded, 1);
  for (const auto& result : results) {
    EXPECT_TRUE(result.has_value() || is_taken(result));
  }
}

}  // namespace
}  // namespace confab::actors
