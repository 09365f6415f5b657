#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "tests/actors/auth_fixture.hpp"

namespace confab::actors {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class Login : public AuthFixture {
 protected:
  void SetUp() override {
    AuthFixture::SetUp();
    register_user("alice");
  }

  /// How many of the results came out how.
  template <class T>
  static std::map<std::string, int> outcomes(const std::vector<Result<T>>& results) {
    std::map<std::string, int> counts;
    for (const auto& result : results) {
      ++counts[result.has_value() ? "ok" : std::string(to_string(result.error().code))];
    }
    return counts;
  }
};

TEST_F(Login, GivesTokensForUsernameOrEmailInAnyCase) {
  for (const char* name : {"alice", "Alice", "alice@example.com", "ALICE@EXAMPLE.COM"}) {
    EXPECT_TRUE(log_in(name).has_value()) << name;
  }
}

TEST_F(Login, PutsTheWholeTruthIntoItsTokens) {
  const auto tokens = log_in("alice").value();
  const auto user = stored_user("alice").value();
  const Claims access = claims_of(tokens.access);
  const Claims refresh = claims_of(tokens.refresh);
  EXPECT_EQ(access.type, TokenType::access);
  EXPECT_EQ(refresh.type, TokenType::refresh);
  EXPECT_EQ(access.user, user.id);
  EXPECT_EQ(refresh.user, user.id);
  EXPECT_EQ(access.login, refresh.login);
  EXPECT_NE(access.jti, refresh.jti);
  EXPECT_EQ(access.epoch, user.access_epoch);
  EXPECT_EQ(access.expires_at - access.issued_at, std::chrono::hours{1});
  EXPECT_EQ(refresh.expires_at - refresh.issued_at, std::chrono::hours{24});
}

TEST_F(Login, IsOnTheBoardBeforeItIsAnswered) {
  const Claims access = claims_of(log_in("alice").value().access);
  const auto login = board_.login(access.login);
  ASSERT_TRUE(login);
  EXPECT_EQ(login->user, access.user);
  EXPECT_TRUE(login->csrf_token.empty());
  ASSERT_TRUE(board_.account(access.user));
  EXPECT_EQ(board_.account(access.user)->epoch, access.epoch);
}

TEST_F(Login, FailsAlikeForAWrongPasswordAnUnknownNameAndAnInactiveAccount) {
  register_user("carol");
  deactivate("carol");
  const Error wrong = error_of(log_in("alice", "wrong"));
  EXPECT_EQ(wrong.code, ErrorCode::bad_credentials);
  EXPECT_EQ(error_of(log_in("nobody")), wrong);
  EXPECT_EQ(error_of(log_in("carol")), wrong);
  EXPECT_EQ(error_of(log_in("")), wrong);
  EXPECT_EQ(error_of(log_in("alice", "")), wrong);
}

TEST_F(Login, IsRefusedAfterFiveFailuresForAWhile) {
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(error_of(log_in("alice", "wrong")).code, ErrorCode::bad_credentials);
  }
  EXPECT_EQ(error_of(log_in("alice")), fail(ErrorCode::throttled, "900"));
  EXPECT_EQ(error_of(log_in("alice", "wrong")), fail(ErrorCode::throttled, "900"));
  pass(minutes{14});
  EXPECT_EQ(error_of(log_in("alice")), fail(ErrorCode::throttled, "60"));
  EXPECT_TRUE(ask(LogIn{"alice", kPassword, "192.0.2.2"}).has_value());
  pass(minutes{1});
  EXPECT_TRUE(log_in("alice").has_value());
}

TEST_F(Login, IsThrottledForUnknownNamesToo) {
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(error_of(log_in("nobody")).code, ErrorCode::bad_credentials);
  }
  EXPECT_EQ(error_of(log_in("nobody")).code, ErrorCode::throttled);
}

TEST_F(Login, ForgivesFailuresAfterASuccess) {
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 4; ++i) EXPECT_FALSE(log_in("alice", "wrong").has_value());
    EXPECT_TRUE(log_in("alice").has_value());
  }
}

TEST_F(Login, LetsNoMoreGuessesPassWhenTheyAreMadeAtOnce) {
  const auto counts = outcomes(ask_at_once(LogIn{"alice", "wrong", kPeer}, 50));
  EXPECT_EQ(counts, (std::map<std::string, int>{{"bad_credentials", 5}, {"throttled", 45}}));
}

TEST_F(Login, LetsTheOwnerInManyTimesAtOnce) {
  const auto counts = outcomes(ask_at_once(LogIn{"alice", kPassword, kPeer}, 50));
  EXPECT_EQ(counts, (std::map<std::string, int>{{"ok", 50}}));
}

TEST_F(Login, CanGoWithoutThrottle) {
  auto settings = cheap_settings();
  settings.throttle.enabled = false;
  start(settings);
  const auto counts = outcomes(ask_at_once(LogIn{"alice", "wrong", kPeer}, 120));
  EXPECT_EQ(counts, (std::map<std::string, int>{{"bad_credentials", 120}}));
}

TEST_F(Login, IsAnsweredOverloadedWhenTooManyWait) {
  auto settings = cheap_settings();
  settings.hashing_threads = 0;  // so that nobody's turn comes
  settings.most_waiting = 3;
  start(settings);
  std::vector<std::future<Result<TokenPair>>> futures;
  for (int i = 0; i < 40; ++i) futures.push_back(send(LogIn{"nobody", "x", kPeer}));
  const auto answered = [&futures] {
    return std::count_if(futures.begin(), futures.end(), [](const auto& future) {
      return future.wait_for(seconds{0}) == std::future_status::ready;
    });
  };
  const auto end = std::chrono::steady_clock::now() + seconds{60};
  while (answered() < 37 && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  EXPECT_EQ(answered(), 37);
  stop();
  for (auto& future : futures) {
    EXPECT_EQ(error_of(wait_for(future)).code, ErrorCode::overloaded);
  }
}

TEST_F(Login, WorksWithSeveralHashingThreads) {
  auto settings = cheap_settings();
  settings.hashing_threads = 4;
  start(settings);
  const auto counts = outcomes(ask_at_once(LogIn{"alice", kPassword, kPeer}, 60));
  EXPECT_EQ(counts, (std::map<std::string, int>{{"ok", 60}}));
}

TEST_F(Login, IsAnsweredEvenIfTheAuthenticatorEnds) {
  auto settings = cheap_settings();
  settings.hash_cost = {8192, 3};
  start(settings);
  std::vector<std::future<Result<TokenPair>>> futures;
  for (int i = 0; i < 20; ++i) futures.push_back(send(LogIn{"alice", kPassword, kPeer}));
  stop();
  for (auto& future : futures) {
    const auto result = wait_for(future);
    EXPECT_TRUE(result.has_value() || result.error().code == ErrorCode::overloaded);
  }
}

TEST_F(Login, RenewsAHashOfAnotherCost) {
  renews_hashes_ = true;
  auto settings = cheap_settings();
  settings.hash_cost = {128, 1};
  start(settings);
  const std::string before = stored_user("alice").value().password_hash;
  EXPECT_EQ(error_of(log_in("alice", "wrong")).code, ErrorCode::bad_credentials);
  EXPECT_TRUE(log_in("alice").has_value());
  auto future = renewed_.get_future();
  ASSERT_EQ(future.wait_for(seconds{60}), std::future_status::ready);
  const auto [replaced, hash] = future.get();
  EXPECT_EQ(replaced, before);
  EXPECT_TRUE(PasswordHasher({128, 1}).verify(kPassword, hash).value());
}

TEST_F(Login, OfABrowserIsASessionWithACsrfToken) {
  const auto started = ask(StartSession{"alice", kPassword, kPeer}).value();
  EXPECT_EQ(started.user, stored_user("alice").value().id);
  EXPECT_EQ(started.csrf_token.size(), 64U);
  EXPECT_EQ(started.expires_at, storage::from_micros(clock_.load()) + std::chrono::days{14});
  const auto login = board_.login(started.session);
  ASSERT_TRUE(login);
  EXPECT_EQ(login->csrf_token, started.csrf_token);
  const auto other = ask(StartSession{"alice", kPassword, kPeer}).value();
  EXPECT_NE(other.session, started.session);
  EXPECT_NE(other.csrf_token, started.csrf_token);
}

TEST_F(Login, OfABrowserFailsLikeAnyOther) {
  EXPECT_EQ(error_of(ask(StartSession{"alice", "wrong", kPeer})).code, ErrorCode::bad_credentials);
}

TEST_F(Login, OfABrowserEndsAndStaysEnded) {
  const auto started = ask(StartSession{"alice", kPassword, kPeer}).value();
  const auto other = ask(StartSession{"alice", kPassword, kPeer}).value();
  EXPECT_TRUE(ask(EndSession{started.session}).has_value());
  EXPECT_TRUE(board_.has_ended(started.session));
  EXPECT_FALSE(board_.has_ended(other.session));
  EXPECT_TRUE(ask(EndSession{started.session}).has_value());
}

TEST_F(Login, OfABrowserIsAllThatALogoutWithoutCredentialsEnds) {
  const Uuid made_up = storage::make_uuid4();
  EXPECT_TRUE(ask(EndSession{made_up}).has_value());
  EXPECT_FALSE(board_.has_ended(made_up)) << "it was taken for a session";
  const auto tokens = log_in("alice").value();
  const Uuid login = claims_of(tokens.access).login;
  EXPECT_TRUE(ask(EndSession{login}).has_value());
  EXPECT_FALSE(board_.has_ended(login));
  EXPECT_TRUE(refresh(tokens.refresh).has_value());
}

TEST_F(Login, ChangesItsPasswordWithTheOldOneOnly) {
  const UserId alice = stored_user("alice").value().id;
  const auto before = log_in("alice").value();
  const auto wrong = ask(ChangePassword{{alice, Role::guest}, "wrong", "An0ther-pass-phrase"});
  EXPECT_EQ(error_of(wrong).code, ErrorCode::wrong_password);
  EXPECT_TRUE(refresh(before.refresh).has_value());

  EXPECT_TRUE(
      ask(ChangePassword{{alice, Role::guest}, kPassword, "An0ther-pass-phrase"}).has_value());
  EXPECT_EQ(error_of(log_in("alice")).code, ErrorCode::bad_credentials);
  EXPECT_TRUE(log_in("alice", "An0ther-pass-phrase").has_value());
}

TEST_F(Login, EndsWithAChangeOfThePassword) {
  const auto before = log_in("alice").value();
  const UserId alice = stored_user("alice").value().id;
  ASSERT_TRUE(
      ask(ChangePassword{{alice, Role::guest}, kPassword, "An0ther-pass-phrase"}).has_value());
  EXPECT_EQ(error_of(refresh(before.refresh)).code, ErrorCode::token_blacklisted);
  EXPECT_EQ(error_of(ask(VerifyToken{before.access})).code, ErrorCode::token_invalid);
}

TEST_F(Login, MayNotBeUsedToGuessThePassword) {
  const Caller alice{stored_user("alice").value().id, Role::guest};
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(error_of(ask(ChangePassword{alice, "wrong", "An0ther-pass-phrase"})).code,
              ErrorCode::wrong_password);
  }
  EXPECT_EQ(error_of(ask(ChangePassword{alice, kPassword, "An0ther-pass-phrase"})).code,
            ErrorCode::throttled);
  pass(minutes{15});
  EXPECT_TRUE(ask(ChangePassword{alice, kPassword, "An0ther-pass-phrase"}).has_value());
}

}  // namespace
}  // namespace confab::actors
