#include <gmock/gmock.h>

#include "tests/actors/actor_fixture.hpp"
#include "tests/actors/parsed.hpp"

namespace confab::actors {
namespace {

using ConversationMembershipTest = ActorTest;

TEST_F(ConversationMembershipTest, WhoTakesPartIsReplacedByOneCommit) {
  ConversationId conversation = converse(kAlice, {kBob});
  ChangeConversation change{{kAlice}, "new", std::vector<UserId>{kAlice, kCarol, kDave}};
  persistence_->hold();
  auto answer = send(conversation, change);
  drain();
  EXPECT_EQ(persistence_->waiting(), 1u);
  persistence_->lose();
  drain();
  EXPECT_EQ((**answer).error().code, ErrorCode::storage_unavailable);
  EXPECT_EQ(parsed(ask(conversation, ShowConversation{{kBob}}))["participants"].size(), 2u);

  Json changed = parsed(ask(conversation, change));
  EXPECT_EQ(changed["title"], "new");
  EXPECT_EQ(changed["participants"].size(), 3u);
  EXPECT_EQ(ask(conversation, ShowConversation{{kBob}}).error().code, ErrorCode::not_found);
}

TEST_F(ConversationMembershipTest, WhoseAccountGoesMeanwhileIsNotLetIn) {
  ConversationId conversation = converse(kAlice, {kBob});
  persistence_->hold();
  auto answer = send(conversation, AddParticipant{{kAlice}, kCarol, {}});
  drain();
  // The account goes while its addition is on its way.
  persistence_->commit_first(storage::HideUser{kCarol});
  persistence_->release();
  drain();
  EXPECT_EQ((**answer).error().code, ErrorCode::unknown_user);
  EXPECT_EQ(parsed(ask(conversation, ShowConversation{{kBob}}))["participants"].size(), 2u);
  EXPECT_TRUE(try_say(conversation, kBob, "nothing stands in the way").has_value());
}

TEST_F(ConversationMembershipTest, TheAnswerToTheLastOneWhoLeavesIsKeptWithTheChange) {
  ConversationId conversation = converse(kAlice, {kBob});
  EXPECT_TRUE(ask(conversation, RemoveParticipant{{kAlice}, kBob, {}}).has_value());
  persistence_->hold();
  RetryKey retry{"key", "print"};
  auto answer = send(conversation, RemoveParticipant{{kAlice}, kAlice, retry});
  drain();
  EXPECT_EQ(persistence_->waiting(), 1u);
  persistence_->release();
  drain();
  ASSERT_TRUE((**answer).has_value());
  auto reader = std::move(store_->open_reader().value());
  EXPECT_EQ(reader->reply(kAlice, "key").value().body, (**answer).value().json);
}

TEST_F(ConversationMembershipTest, OthersPostWhileTheRemainsOfAnAccountAreListed) {
  ConversationId conversation = converse(kAlice, {kBob, kCarol});
  say(conversation, kAlice, "goes");
  MessageId goes = last_posted();
  persistence_->hold_reads();
  auto erased = send(conversation, EraseAccount{kAlice});
  drain();
  EXPECT_FALSE(erased->has_value());
  EXPECT_TRUE(try_say(conversation, kBob, "stays").has_value()) << "nobody waits for the list";
  EXPECT_TRUE(try_say(conversation, kBob, "answers what goes", goes).has_value());
  EXPECT_TRUE(try_say(conversation, kCarol, "and so on", last_posted()).has_value());
  persistence_->release_reads();
  drain();
  ASSERT_TRUE(erased->has_value());
  EXPECT_TRUE((**erased).has_value());
  ListMessages all{{kBob}};
  all.with_replies = true;
  Json left = items(ask(conversation, all));
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0]["content"], "stays");
  EXPECT_TRUE(store_->check(false).value().empty());
}

TEST_F(ConversationMembershipTest, AnErasureIsDoneOnceHoweverOftenItIsAskedFor) {
  ConversationId conversation = converse(kAlice, {kBob});
  for (int i = 0; i < 35; ++i) say(conversation, kAlice, "goes");
  auto first = send(conversation, EraseAccount{kAlice});
  persistence_->hold();
  drain();
  auto second = send(conversation, EraseAccount{kAlice});
  std::size_t commits = 0;
  while (!first->has_value() && commits < 20) {
    EXPECT_EQ(persistence_->waiting(), 1u);
    persistence_->release();
    persistence_->hold();
    ++commits;
    drain();
  }
  ASSERT_TRUE(first->has_value());
  ASSERT_TRUE(second->has_value());
  EXPECT_TRUE((**first).has_value());
  EXPECT_TRUE((**second).has_value());
  EXPECT_LE(commits, 5u) << "at least ten messages each, and the membership";
  persistence_->release();
  EXPECT_EQ(ask(conversation, ListMessages{{kBob}}).value().count, 0u);
  EXPECT_TRUE(store_->check(false).value().empty());
}

TEST_F(ConversationMembershipTest, WhoIsTakenOutSeesNothingMoreAndComesBackWithNothingUnread) {
  ConversationId conversation = converse(kAlice, {kBob, kCarol});
  say(conversation, kAlice, "one");
  EXPECT_EQ(unread(kCarol), 1u);
  EXPECT_EQ(ask(conversation, RemoveParticipant{{kBob}, kCarol, {}}).error().code,
            ErrorCode::not_conversation_owner);
  EXPECT_TRUE(ask(conversation, RemoveParticipant{{kAlice}, kCarol, {}}).has_value());
  EXPECT_EQ(unread(kCarol), 0u);
  EXPECT_EQ(ask(kCarol, ListConversations{}).value().count, 0u);
  EXPECT_EQ(ask(conversation, ListMessages{{kCarol}}).error().code, ErrorCode::not_found);

  say(conversation, kAlice, "two");
  EXPECT_TRUE(ask(conversation, AddParticipant{{kBob}, kCarol, {}}).has_value());
  EXPECT_EQ(unread(kCarol), 0u);
  EXPECT_EQ(ask(conversation, ListMessages{{kCarol}}).value().count, 2u);
  say(conversation, kAlice, "three");
  EXPECT_EQ(unread(kCarol), 1u);
}

TEST_F(ConversationMembershipTest, AConversationThatNobodyIsLeftInIsGone) {
  ConversationId conversation = converse(kAlice, {kBob});
  say(conversation, kAlice, "text");
  EXPECT_TRUE(ask(conversation, RemoveParticipant{{kAlice}, kAlice, {}}).has_value());
  Json left = parsed(ask(conversation, ShowConversation{{kBob}}));
  EXPECT_EQ(left["owner"]["username"], "bob");
  EXPECT_TRUE(ask(conversation, RemoveParticipant{{kBob}, kBob, {}}).has_value());
  EXPECT_EQ(ask(conversation, ShowConversation{{kDave, Role::admin}}).error().code,
            ErrorCode::not_found);
  EXPECT_TRUE(store_->check(false).value().empty());
}

TEST_F(ConversationMembershipTest, WhatWaitsBehindTheRemovalFindsNothing) {
  ConversationId conversation = converse(kAlice, {kBob});
  say(conversation, kAlice, "text");
  persistence_->hold();
  auto removal = send(conversation, RemoveConversation{{kAlice}});
  auto again = send(conversation, RemoveConversation{{kAlice}});
  auto post = send(conversation, SendMessage{{kBob}, "late", {}, {}, {}});
  auto mark = send(conversation, MarkMessageRead{{kBob}, Seq{1}, {}});
  auto edit = send(conversation, ChangeMessage{{kAlice}, Seq{1}, "late", {}});
  drain();
  persistence_->release();
  drain();
  EXPECT_TRUE((**removal).has_value());
  EXPECT_EQ((**again).error().code, ErrorCode::not_found);
  EXPECT_EQ((**post).error().code, ErrorCode::not_found);
  EXPECT_EQ((**mark).error().code, ErrorCode::not_found);
  EXPECT_EQ((**edit).error().code, ErrorCode::not_found);
}

TEST_F(ConversationMembershipTest, ReplacingTheParticipantsAddsAndRemovesAtOnce) {
  ConversationId conversation = converse(kAlice, {kBob});
  ChangeConversation change{{kAlice}, "Plans", std::vector<UserId>{kCarol, kDave}};
  Json changed = parsed(ask(conversation, change));
  EXPECT_EQ(changed["title"], "Plans");
  EXPECT_EQ(changed["participants"].size(), 3u);
  EXPECT_EQ(ask(kBob, ListConversations{}).value().count, 0u);
  EXPECT_EQ(ask(kDave, ListConversations{}).value().count, 1u);
  ChangeConversation too_many{{kCarol}, {}, std::vector<UserId>{kAlice}};
  EXPECT_EQ(ask(conversation, too_many).error().code, ErrorCode::not_conversation_owner);
}

}  // namespace
}  // namespace confab::actors
