#include <gmock/gmock.h>

#include "actors/user/account_eraser.hpp"
#include "tests/actors/actor_fixture.hpp"
#include "tests/actors/parsed.hpp"

namespace confab::actors {
namespace {

using testing::HasSubstr;
using testing::Not;

using UserAccountTest = ActorTest;

TEST_F(UserAccountTest, OthersSeeThePublicPartOfAnAccount) {
  EXPECT_THAT(ask(kAlice, ShowUser{{kBob}}).value().json, Not(HasSubstr("example.com")));
  EXPECT_THAT(ask(kAlice, ShowUser{{kAlice}}).value().json, HasSubstr("alice@example.com"));
  EXPECT_THAT(ask(kAlice, ShowUser{{kBob, Role::admin}}).value().json,
              HasSubstr("alice@example.com"));
  EXPECT_EQ(ask(UserId{99}, ShowUser{{kAlice}}).error().code, ErrorCode::not_found);
}

TEST_F(UserAccountTest, OnlyAnAdministratorChangesARoleAndThatEndsOldTokens) {
  ChangeUser change;
  change.caller = {kAlice};
  change.role = Role::admin;
  EXPECT_EQ(ask(kAlice, change).error().code, ErrorCode::not_allowed);
  change.caller = {kDave, Role::admin};
  EXPECT_TRUE(ask(kAlice, change).has_value());
  EXPECT_EQ(access_.account(kAlice)->epoch, 1);
  EXPECT_EQ(access_.account(kAlice)->role, Role::admin);
}

TEST_F(UserAccountTest, ARenewedHashReplacesOnlyTheOneItWasMadeFromAndEndsNothing) {
  ChangeUser change;
  change.caller = {kAlice};
  change.password_hash = "costlier";
  change.renewed_from = "another";
  EXPECT_EQ(ask(kAlice, change).error().code, ErrorCode::changed_meanwhile);
  change.renewed_from = "none";
  EXPECT_TRUE(ask(kAlice, change).has_value());
  EXPECT_EQ(access_.account(kAlice)->epoch, 0);
  change.renewed_from.reset();
  EXPECT_TRUE(ask(kAlice, change).has_value());
  EXPECT_EQ(access_.account(kAlice)->epoch, 1) << "a new password ends every login";
}

TEST_F(UserAccountTest, ATakenNameIsRefusedAndChangesNothing) {
  ChangeUser change;
  change.caller = {kAlice};
  change.username = "BOB";
  EXPECT_EQ(ask(kAlice, change).error().code, ErrorCode::username_taken);
  EXPECT_THAT(ask(kAlice, ShowUser{{kAlice}}).value().json, HasSubstr("\"alice\""));
}

TEST_F(UserAccountTest, ADeletedAccountLeavesNothingAndOthersCountersAreRight) {
  ConversationId conversation = converse(kAlice, {kBob, kCarol});
  say(conversation, kCarol, "stays");
  MessageId stays = last_posted();
  say(conversation, kAlice, "goes", stays);
  say(conversation, kBob, "goes with it", last_posted());
  say(conversation, kBob, "stays too");
  ConversationId two = converse(kAlice, {kBob});
  say(two, kBob, "received by alice: goes");
  EXPECT_EQ(unread(kBob), 2u);

  EXPECT_EQ(ask(kAlice, DeleteAccount{{kBob}}).error().code, ErrorCode::not_allowed);
  ASSERT_TRUE(ask(kAlice, DeleteAccount{{kAlice}}).has_value());

  EXPECT_TRUE(access_.is_gone(kAlice));
  EXPECT_EQ(ask(kAlice, ShowUser{{kBob}}).error().code, ErrorCode::not_found);
  ListMessages all{{kBob}};
  all.with_replies = true;
  Json left = items(ask(conversation, all));
  ASSERT_EQ(left.size(), 2u);
  EXPECT_EQ(left[0]["content"], "stays too");
  EXPECT_EQ(left[1]["content"], "stays");
  EXPECT_EQ(left[1]["reply_count"], 0);
  EXPECT_EQ(left[1]["is_thread"], false);
  EXPECT_EQ(unread(kBob), 1u);
  Json conversations = items(ask(kBob, ListConversations{}));
  ASSERT_EQ(conversations.size(), 2u);
  EXPECT_THAT(conversations.dump(), Not(HasSubstr("alice")));
  EXPECT_TRUE(store_->check(false).value().empty());
}

TEST_F(UserAccountTest, ARetryKeyClaimedWhileItsAccountGoesIsAnsweredAndGivenBack) {
  const ClaimRetryKey claim{{"key", "fingerprint"}};
  persistence_->hold();
  auto deleted = send(kAlice, DeleteAccount{{kAlice}});
  drain();
  persistence_->hold_reads();
  auto claimed = send(kAlice, claim);
  drain();
  persistence_->release();
  drain();
  EXPECT_TRUE(access_.is_gone(kAlice));
  EXPECT_FALSE(claimed->has_value());
  persistence_->release_reads();
  drain();
  ASSERT_TRUE(claimed->has_value());
  EXPECT_EQ((**claimed).error().code, ErrorCode::not_found);
  ASSERT_TRUE(deleted->has_value());
  EXPECT_TRUE((**deleted).has_value());
  EXPECT_EQ(ask(kAlice, claim).error().code, ErrorCode::not_found) << "nobody has the key";
}

TEST_F(UserAccountTest, ALostChangeOfTheAccountTakesNoClaimedKeyAlong) {
  const ClaimRetryKey claim{{"key", "fingerprint"}};
  ChangeUser change{};
  change.caller = {kAlice};
  change.first_name = "Alice";
  persistence_->hold();
  auto changed = send(kAlice, change);
  drain();
  persistence_->hold_reads();
  auto claimed = send(kAlice, claim);
  drain();
  persistence_->lose();
  drain();
  persistence_->release_reads();
  drain();
  EXPECT_EQ((**changed).error().code, ErrorCode::storage_unavailable);
  ASSERT_TRUE(claimed->has_value() && (**claimed).has_value());
  EXPECT_EQ(ask(kAlice, claim).error().code, ErrorCode::idempotency_running);
}

TEST_F(UserAccountTest, NoAnswerIsKeptForAnAccountThatIsGone) {
  const RetryKey retry{"key", "fingerprint"};
  EXPECT_TRUE(ask(kAlice, ClaimRetryKey{retry}).has_value());
  EXPECT_TRUE(ask(kAlice, DeleteAccount{{kAlice}}).has_value());
  EXPECT_TRUE(ask(kAlice, ReleaseRetryKey{retry, ResourceView{"{}", {}, 201, false}}).has_value());
  auto reader = std::move(store_->open_reader().value());
  EXPECT_EQ(reader->reply(kAlice, "key").error().code, ErrorCode::not_found);
}

TEST_F(UserAccountTest, WhatWaitsForTheEndOfAnAccountFindsItGone) {
  ChangeUser change{};
  change.caller = {kAlice};
  change.first_name = "Alice";
  persistence_->hold();
  auto deleted = send(kAlice, DeleteAccount{{kAlice}});
  auto changed = send(kAlice, change);
  auto deleted_again = send(kAlice, DeleteAccount{{kDave, Role::admin}});
  drain();
  EXPECT_EQ(persistence_->waiting(), 1u);
  persistence_->release();
  drain();
  EXPECT_TRUE((**deleted).has_value());
  EXPECT_EQ((**changed).error().code, ErrorCode::not_found);
  EXPECT_EQ((**deleted_again).error().code, ErrorCode::not_found);
}

TEST_F(UserAccountTest, AnAccountWhoseEndIsUncertainIsReadAnew) {
  access_.put(kAlice, {Role::guest, true, 0});
  persistence_->hold();
  auto deleted = send(kAlice, DeleteAccount{{kAlice}});
  drain();
  persistence_->commit_first(storage::HideUser{kAlice, {}});
  persistence_->lose();
  drain();
  EXPECT_EQ((**deleted).error().code, ErrorCode::storage_unavailable);
  EXPECT_FALSE(access_.account(kAlice).has_value()) << "the database has to say";
  EXPECT_EQ(ask(kAlice, ShowUser{{kBob}}).error().code, ErrorCode::not_found);
}

TEST_F(UserAccountTest, RightsWhoseChangeIsUncertainAreReadAnew) {
  access_.put(kAlice, {Role::guest, true, 0});
  ChangeUser change{};
  change.caller = {kDave, Role::admin};
  change.username = "bob";
  EXPECT_EQ(ask(kAlice, change).error().code, ErrorCode::username_taken);
  EXPECT_TRUE(access_.account(kAlice).has_value()) << "certain: nothing has changed";
  change.username.reset();
  change.is_active = false;
  persistence_->hold();
  auto changed = send(kAlice, change);
  drain();
  persistence_->lose();
  drain();
  EXPECT_EQ((**changed).error().code, ErrorCode::storage_unavailable);
  EXPECT_FALSE(access_.account(kAlice).has_value());
}

TEST_F(UserAccountTest, ADeletionThatGoesOnEndsWhatIsLeftOfTheRights) {
  access_.put(kAlice, {Role::guest, true, 0});
  presence_.touch(kAlice, storage::now());
  persistence_->commit_first(storage::HideUser{kAlice, {}});
  erase_account(*context_, kAlice, Answer<Done>());
  EXPECT_TRUE(access_.is_gone(kAlice));
  EXPECT_FALSE(presence_.is_online(kAlice, storage::now()));
  drain();
}

}  // namespace
}  // namespace confab::actors
