#include <gmock/gmock.h>

#include "tests/actors/actor_fixture.hpp"
#include "tests/actors/parsed.hpp"

namespace confab::actors {
namespace {

using testing::HasSubstr;

using ConversationActorTest = ActorTest;

TEST_F(ConversationActorTest, APostIsAnsweredOnlyAfterItsCommit) {
  ConversationId conversation = converse(kAlice, {kBob});
  persistence_->hold();
  auto answer = send(conversation, SendMessage{{kAlice}, "hello", {}, {}, {}});
  drain();
  EXPECT_EQ(persistence_->waiting(), 1u);
  EXPECT_FALSE(answer->has_value());
  EXPECT_EQ(ask(conversation, ListMessages{{kBob}}).value().count, 0u);
  persistence_->release();
  drain();
  ASSERT_TRUE(answer->has_value());
  EXPECT_EQ(parsed(**answer)["seq"], 1);
  EXPECT_EQ(ask(conversation, ListMessages{{kBob}}).value().count, 1u);
}

TEST_F(ConversationActorTest, PostsThatArriveTogetherShareACommitAndKeepTheirOrder) {
  ConversationId conversation = converse(kAlice, {kBob});
  say(conversation, kAlice, "zero");
  persistence_->hold();
  auto first = send(conversation, SendMessage{{kAlice}, "one", {}, {}, {}});
  auto second = send(conversation, SendMessage{{kBob}, "two", {}, {}, {}});
  auto third = send(conversation, SendMessage{{kAlice}, "three", {}, {}, {}});
  drain();
  EXPECT_EQ(persistence_->waiting(), 3u);
  persistence_->release();
  drain();
  EXPECT_EQ(parsed(**first)["seq"], 2);
  EXPECT_EQ(parsed(**second)["seq"], 3);
  EXPECT_EQ(parsed(**third)["seq"], 4);
}

TEST_F(ConversationActorTest, AfterALostWriteItForgetsWhatItBelievedAndReadsAgain) {
  ConversationId conversation = converse(kAlice, {kBob});
  say(conversation, kAlice, "kept");
  persistence_->hold();
  auto lost = send(conversation, SendMessage{{kAlice}, "lost", {}, {}, {}});
  drain();
  persistence_->lose();
  drain();
  EXPECT_EQ((**lost).error().code, ErrorCode::storage_unavailable);
  std::size_t reads = persistence_->reads();
  EXPECT_EQ(ask(conversation, ListMessages{{kBob}}).value().count, 1u);
  EXPECT_GT(persistence_->reads(), reads);
  EXPECT_EQ(parsed(say(conversation, kAlice, "next"))["seq"], 2) << "no gap is left";
}

TEST_F(ConversationActorTest, AnOutsiderLearnsNothing) {
  ConversationId conversation = converse(kAlice, {kBob});
  say(conversation, kAlice, "secret");
  Caller carol{kCarol};
  EXPECT_EQ(ask(conversation, ListMessages{carol}).error().code, ErrorCode::not_found);
  EXPECT_EQ(ask(conversation, OpenMessage{carol, Seq{1}}).error().code, ErrorCode::not_found);
  EXPECT_EQ(ask(conversation, ShowConversation{carol}).error().code, ErrorCode::not_found);
  EXPECT_EQ(try_say(conversation, kCarol, "hi").error().code, ErrorCode::not_found);
  EXPECT_EQ(ask(conversation, ChangeMessage{carol, Seq{1}, "x", {}}).error().code,
            ErrorCode::not_found);
  EXPECT_EQ(ask(conversation, RemoveMessage{carol, Seq{1}}).error().code, ErrorCode::not_found);
  EXPECT_EQ(ask(conversation, AddParticipant{carol, kCarol, {}}).error().code,
            ErrorCode::not_found);
  EXPECT_EQ(ask(conversation, ListUnreadHere{carol, {}, 20}).value().count, 0u);
  EXPECT_EQ(ask(conversation, RenderMessages{carol, RenderAs::message, {Seq{1}}}).value().items[0],
            "");
}

TEST_F(ConversationActorTest, AnAdministratorSeesButDoesNotPost) {
  ConversationId conversation = converse(kAlice, {kBob});
  say(conversation, kAlice, "text");
  Caller admin{kDave, Role::admin};
  EXPECT_EQ(ask(conversation, ListMessages{admin}).value().count, 1u);
  EXPECT_EQ(ask(conversation, SendMessage{admin, "x", {}, {}, {}}).error().code,
            ErrorCode::not_participant);
  EXPECT_EQ(ask(conversation, ChangeMessage{admin, Seq{1}, "x", {}}).error().code,
            ErrorCode::not_message_sender);
  EXPECT_TRUE(ask(conversation, RemoveMessage{admin, Seq{1}}).has_value());
  EXPECT_EQ(ask(conversation, ListMessages{admin}).value().count, 0u);
}

TEST_F(ConversationActorTest, AReplyMarksItsParentAndItsRemovalUndoesThat) {
  ConversationId conversation = converse(kAlice, {kBob});
  say(conversation, kAlice, "parent");
  MessageId parent = last_posted();
  Json reply = parsed(say(conversation, kBob, "reply", parent));
  EXPECT_EQ(reply["thread_depth"], 1);
  EXPECT_EQ(reply["parent_message"], to_string(parent.value));
  Json marked = parsed(ask(conversation, OpenMessage{{kAlice}, Seq{1}}));
  EXPECT_EQ(marked["is_thread"], true);
  EXPECT_EQ(marked["reply_count"], 1);
  EXPECT_EQ(ask(conversation, ListMessages{{kAlice}}).value().count, 1u) << "top level only";

  EXPECT_TRUE(ask(conversation, RemoveMessage{{kBob}, Seq{2}}).has_value());
  Json unmarked = parsed(ask(conversation, OpenMessage{{kAlice}, Seq{1}}));
  EXPECT_EQ(unmarked["is_thread"], false);
  EXPECT_EQ(unmarked["reply_count"], 0);
}

TEST_F(ConversationActorTest, RemovingAMessageTakesItsRepliesAlong) {
  ConversationId conversation = converse(kAlice, {kBob});
  say(conversation, kAlice, "root");
  MessageId root = last_posted();
  say(conversation, kBob, "reply", root);
  say(conversation, kAlice, "deeper", last_posted());
  say(conversation, kAlice, "other");
  EXPECT_EQ(ask(conversation, RemoveMessage{{kBob}, Seq{1}}).error().code,
            ErrorCode::not_message_sender);
  EXPECT_TRUE(ask(conversation, RemoveMessage{{kAlice}, Seq{1}}).has_value());
  ListMessages all{{kBob}};
  all.with_replies = true;
  Json left = items(ask(conversation, all));
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0]["content"], "other");
  EXPECT_EQ(unread(kBob), 1u);
}

TEST_F(ConversationActorTest, AParentMustBeHereAndThere) {
  ConversationId here = converse(kAlice, {kBob});
  ConversationId there = converse(kAlice, {kCarol});
  say(there, kAlice, "elsewhere");
  MessageId elsewhere = last_posted();
  EXPECT_EQ(try_say(here, kAlice, "x", elsewhere).error().code, ErrorCode::parent_elsewhere);
  EXPECT_EQ(try_say(here, kBob, "x", elsewhere).error().code, ErrorCode::parent_not_found)
      << "bob does not take part there";
  EXPECT_EQ(try_say(here, kAlice, "x", MessageId{storage::make_uuid7()}).error().code,
            ErrorCode::parent_not_found);
}

TEST_F(ConversationActorTest, AnEditKeepsTheOldTextAndTheSameTextIsNoEdit) {
  ConversationId conversation = converse(kAlice, {kBob});
  say(conversation, kAlice, "first");
  Json edited = parsed(ask(conversation, ChangeMessage{{kAlice}, Seq{1}, "second", {}}));
  EXPECT_EQ(edited["edited"], true);
  EXPECT_EQ(edited["content"], "second");
  EXPECT_EQ(edited["message_body"], "second");
  EXPECT_TRUE(ask(conversation, ChangeMessage{{kAlice}, Seq{1}, "second", {}}).has_value());
  EXPECT_EQ(ask(conversation, ChangeMessage{{kBob}, Seq{1}, "x", {}}).error().code,
            ErrorCode::not_message_sender);
  Json history = items(ask(conversation, ShowHistory{{kBob}, Seq{1}, {}}));
  ASSERT_EQ(history.size(), 1u);
  EXPECT_EQ(history[0]["content"], "first");
  EXPECT_EQ(history[0]["edited_by"]["username"], "alice");
}

TEST_F(ConversationActorTest, AnEditOnTopOfAnOutdatedViewIsRefused) {
  ConversationId conversation = converse(kAlice, {kBob});
  say(conversation, kAlice, "first");
  std::string etag = ask(conversation, OpenMessage{{kAlice}, Seq{1}}).value().etag;
  EXPECT_TRUE(ask(conversation, ChangeMessage{{kAlice}, Seq{1}, "second", etag}).has_value());
  EXPECT_EQ(ask(conversation, ChangeMessage{{kAlice}, Seq{1}, "third", etag}).error().code,
            ErrorCode::changed_meanwhile);
}

TEST_F(ConversationActorTest, TwoMarksAtTheSameTimeDoNotUndoEachOther) {
  ConversationId conversation = converse(kAlice, {kBob});
  std::vector<MessageId> ids;
  for (int i = 0; i < 3; ++i) {
    say(conversation, kAlice, "text");
    ids.push_back(last_posted());
  }
  persistence_->hold();
  auto first = send(kBob, MarkRead{{ids[0], ids[1]}});
  auto second = send(kBob, MarkRead{{ids[1], ids[2]}});
  drain();
  persistence_->release();
  drain();
  EXPECT_EQ((**first).value().count, 2u);
  EXPECT_EQ((**second).value().count, 1u) << "counts only what was still unread";
  EXPECT_EQ(unread(kBob), 0u);
}

TEST_F(ConversationActorTest, WhatIsRememberedAfterAFailureHasTheWritesInItThatWereUnderWay) {
  ConversationId conversation = converse(kAlice, {kBob});
  say(conversation, kAlice, "text");
  persistence_->hold();
  auto lost = send(conversation, SendMessage{{kAlice}, "lost", {}, {}, {}});
  auto marked = send(conversation, MarkConversationRead{{kBob}, {}});
  drain();
  ASSERT_EQ(persistence_->waiting(), 2u);
  persistence_->lose_first();
  drain();
  ASSERT_TRUE((**lost).has_error());
  auto list = send(conversation, ListMessages{{kBob}});
  drain();
  EXPECT_FALSE(list->has_value()) << "it would be read without the mark";
  persistence_->release();
  drain();
  ASSERT_TRUE(list->has_value());
  EXPECT_EQ((**list).value().count, 1u);
  EXPECT_EQ(unread(kBob), 0u);
}

TEST_F(ConversationActorTest, OnlyParticipantsAreSeenTyping) {
  ConversationId conversation = converse(kAlice, {kBob});
  EXPECT_TRUE(ask(conversation, SignalTyping{{kAlice}}).has_value());
  ASSERT_EQ(typing_.size(), 1u);
  EXPECT_EQ(typing_[0].conversation, conversation);
  EXPECT_EQ(typing_[0].user, kAlice);
  EXPECT_EQ(Json::parse(typing_[0].person)["username"], "alice");
  EXPECT_EQ(ask(conversation, SignalTyping{{kCarol}}).error().code, ErrorCode::not_found);
  EXPECT_EQ(ask(conversation, SignalTyping{{kCarol, Role::admin}}).error().code,
            ErrorCode::not_participant);
  EXPECT_EQ(typing_.size(), 1u);
}

TEST_F(ConversationActorTest, ANewNameIsSeenInEveryMessageAtOnce) {
  ConversationId conversation = converse(kAlice, {kBob});
  say(conversation, kAlice, "text");
  ChangeUser rename{};
  rename.caller = {kAlice};
  rename.username = "alicia";
  ASSERT_TRUE(ask(kAlice, rename).has_value());
  EXPECT_THAT(ask(conversation, ListMessages{{kBob}}).value().items, HasSubstr("alicia"));
  EXPECT_THAT(ask(kBob, ListConversations{}).value().items, HasSubstr("alicia"));
}

TEST_F(ConversationActorTest, ARetriedPostStoresItsAnswerWithTheMessage) {
  ConversationId conversation = converse(kAlice, {kBob});
  RetryKey retry{"key", "fingerprint"};
  EXPECT_FALSE(ask(kAlice, ClaimRetryKey{retry}).value().replayed);
  EXPECT_EQ(ask(kAlice, ClaimRetryKey{retry}).error().code, ErrorCode::idempotency_running);
  auto sent = ask(conversation, SendMessage{{kAlice}, "once", {}, {}, retry});
  EXPECT_TRUE(ask(kAlice, ReleaseRetryKey{retry, {}}).has_value());
  auto replay = ask(kAlice, ClaimRetryKey{retry});
  EXPECT_TRUE(replay.value().replayed);
  EXPECT_EQ(replay.value().status, 201);
  EXPECT_EQ(replay.value().json, sent.value().json);
  EXPECT_EQ(ask(kAlice, ClaimRetryKey{{"key", "other"}}).error().code,
            ErrorCode::idempotency_mismatch);
}

TEST_F(ConversationActorTest, GoesToRestOnlyWhenNothingIsUnderWay) {
  ConversationId conversation = converse(kAlice, {kBob});
  say(conversation, kAlice, "text");
  persistence_->hold();
  auto answer = send(conversation, SendMessage{{kAlice}, "late", {}, {}, {}});
  drain();
  auto soon = ConversationDirectory::Clock::now() + std::chrono::hours(1);
  conversations_.send_to_rest(soon, 1000);
  drain();
  EXPECT_EQ(conversations_.awake(), 1u) << "a write is under way";
  persistence_->release();
  drain();
  EXPECT_TRUE((**answer).has_value());
  conversations_.send_to_rest(soon, 1000);
  auto list = send(conversation, ListMessages{{kBob}});  // crosses the request to rest
  drain();
  EXPECT_EQ((**list).value().count, 2u);
  EXPECT_EQ(conversations_.awake(), 1u) << "a request came in after it was asked to rest";
  conversations_.send_to_rest(soon, 1000);
  drain();
  EXPECT_EQ(conversations_.awake(), 0u);
  EXPECT_EQ(ask(conversation, ListMessages{{kBob}}).value().count, 2u);
}

TEST_F(ConversationActorTest, DoesNotGoToRestBeforeWhatItReadsHasCome) {
  ConversationId conversation = converse(kAlice, {kBob});
  say(conversation, kAlice, "root");
  const MessageId root = last_posted();
  const auto soon = ConversationDirectory::Clock::now() + std::chrono::hours(1);
  persistence_->hold_reads();
  auto thread = send(conversation, ShowThread{{kBob}, root, {}});
  drain();
  conversations_.send_to_rest(soon, 1000);
  drain();
  EXPECT_EQ(conversations_.awake(), 1u);
  persistence_->release_reads();
  drain();
  ASSERT_TRUE(thread->has_value());
  EXPECT_EQ((**thread).value().count, 1u);
  conversations_.send_to_rest(soon, 1000);
  drain();
  EXPECT_EQ(conversations_.awake(), 0u);
}

}  // namespace
}  // namespace confab::actors
