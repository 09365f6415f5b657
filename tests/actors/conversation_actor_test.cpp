#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tests/actors/actor_fixture.hpp"

namespace confab::actors {
namespace {

using nlohmann::json;
using testing::HasSubstr;

using ConversationActorTest = ActorTest;

json parsed(const ResourceView& view) { return json::parse(view.json); }

json parsed(const Result<ResourceView>& view) {
  return view.has_value() ? json::parse(view.value().json) : json();
}

json items(const Result<ListView>& list) {
  return list.has_value() ? json::parse("[" + list.value().items + "]") : json();
}

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

TEST_F(ConversationActorTest, ReadsComeFromMemory) {
  ConversationId conversation = converse(kAlice, {kBob});
  for (int i = 0; i < 3; ++i) say(conversation, kAlice, "text");
  std::size_t reads = persistence_->reads();
  EXPECT_EQ(ask(conversation, ListMessages{{kBob}}).value().size, 3u);
  EXPECT_TRUE(ask(conversation, ShowConversation{{kBob}}).has_value());
  EXPECT_EQ(persistence_->reads(), reads);
}

TEST_F(ConversationActorTest, MessagesThatMemoryNoLongerHoldsComeFromStorageInTheirPlace) {
  ConversationId conversation = converse(kAlice, {kBob});
  for (int i = 1; i <= 12; ++i) say(conversation, kAlice, "text " + std::to_string(i));
  auto list = ask(conversation, ListMessages{{kBob}});
  json messages = items(list);
  ASSERT_EQ(messages.size(), 12u);
  for (int i = 0; i < 12; ++i) {
    EXPECT_EQ(messages[i]["seq"], 12 - i);
    EXPECT_EQ(messages[i]["content"], "text " + std::to_string(12 - i));
  }
}

TEST_F(ConversationActorTest, ListsAreWalkedByPositionWithoutRepeatingOrSkipping) {
  ConversationId conversation = converse(kAlice, {kBob});
  for (int i = 1; i <= 9; ++i) say(conversation, kAlice, "text");
  ListMessages request{{kBob}};
  request.window.limit = 4;
  std::vector<int> seen;
  for (int page = 0; page < 3; ++page) {
    auto list = ask(conversation, request);
    for (const json& message : items(list)) seen.push_back(message["seq"]);
    EXPECT_EQ(list.value().more, page < 2);
    request.window.older_than = list.value().last;
  }
  EXPECT_THAT(seen, testing::ElementsAre(9, 8, 7, 6, 5, 4, 3, 2, 1));
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
  json reply = parsed(say(conversation, kBob, "reply", parent));
  EXPECT_EQ(reply["thread_depth"], 1);
  EXPECT_EQ(reply["parent_message"], to_string(parent.value));
  json marked = parsed(ask(conversation, OpenMessage{{kAlice}, Seq{1}}));
  EXPECT_EQ(marked["is_thread"], true);
  EXPECT_EQ(marked["reply_count"], 1);
  EXPECT_EQ(ask(conversation, ListMessages{{kAlice}}).value().count, 1u) << "top level only";

  EXPECT_TRUE(ask(conversation, RemoveMessage{{kBob}, Seq{2}}).has_value());
  json unmarked = parsed(ask(conversation, OpenMessage{{kAlice}, Seq{1}}));
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
  json left = items(ask(conversation, all));
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
  json edited = parsed(ask(conversation, ChangeMessage{{kAlice}, Seq{1}, "second", {}}));
  EXPECT_EQ(edited["edited"], true);
  EXPECT_EQ(edited["content"], "second");
  EXPECT_EQ(edited["message_body"], "second");
  EXPECT_TRUE(ask(conversation, ChangeMessage{{kAlice}, Seq{1}, "second", {}}).has_value());
  EXPECT_EQ(ask(conversation, ChangeMessage{{kBob}, Seq{1}, "x", {}}).error().code,
            ErrorCode::not_message_sender);
  json history = items(ask(conversation, ShowHistory{{kBob}, Seq{1}, {}}));
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

TEST_F(ConversationActorTest, OpeningReadsAndListingDoesNot) {
  ConversationId conversation = converse(kAlice, {kBob});
  say(conversation, kAlice, "one");
  say(conversation, kAlice, "two");
  EXPECT_TRUE(ask(conversation, ListMessages{{kBob}}).has_value());
  EXPECT_EQ(unread(kBob), 2u);
  EXPECT_EQ(parsed(ask(conversation, OpenMessage{{kBob}, Seq{1}}))["read"], true);
  EXPECT_EQ(unread(kBob), 1u);
  EXPECT_EQ(parsed(ask(conversation, OpenMessage{{kAlice}, Seq{1}}))["read"], true);
  EXPECT_EQ(parsed(ask(conversation, OpenMessage{{kAlice}, Seq{2}}))["read"], false);
}

TEST_F(ConversationActorTest, AThreadIsShownInOrderAndReadAsFarAsShown) {
  ConversationId conversation = converse(kAlice, {kBob});
  say(conversation, kAlice, "root");
  MessageId root = last_posted();
  say(conversation, kAlice, "child 1", root);
  MessageId child = last_posted();
  say(conversation, kAlice, "child 2", root);
  say(conversation, kAlice, "grandchild", child);
  ShowThread request{{kBob}, root, {}};
  request.window.limit = 3;
  json shown = items(ask(conversation, request));
  ASSERT_EQ(shown.size(), 3u);
  EXPECT_EQ(shown[0]["content"], "root");
  EXPECT_EQ(shown[1]["content"], "child 1");
  EXPECT_EQ(shown[2]["content"], "grandchild");
  EXPECT_EQ(unread(kBob), 1u) << "what was not shown stays unread";
}

TEST_F(ConversationActorTest, ALookAtTheHeadReadsNothing) {
  ConversationId conversation = converse(kAlice, {kBob});
  say(conversation, kAlice, "text");
  auto opened = ask(conversation, OpenMessage{{kBob}, Seq{1}, false});
  EXPECT_EQ(parsed(opened)["read"], false);
  ShowThread thread{{kBob}, last_posted(), {}, false};
  EXPECT_EQ(items(ask(conversation, thread))[0]["read"], false);
  EXPECT_EQ(unread(kBob), 1u);
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

TEST_F(ConversationActorTest, WhoTakesPartIsReplacedByOneCommit) {
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

  json changed = parsed(ask(conversation, change));
  EXPECT_EQ(changed["title"], "new");
  EXPECT_EQ(changed["participants"].size(), 3u);
  EXPECT_EQ(ask(conversation, ShowConversation{{kBob}}).error().code, ErrorCode::not_found);
}

TEST_F(ConversationActorTest, WhoseAccountGoesMeanwhileIsNotLetIn) {
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

TEST_F(ConversationActorTest, TheAnswerToTheLastOneWhoLeavesIsKeptWithTheChange) {
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

TEST_F(ConversationActorTest, OthersPostWhileTheRemainsOfAnAccountAreListed) {
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
  json left = items(ask(conversation, all));
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0]["content"], "stays");
  EXPECT_TRUE(store_->check(false).value().empty());
}

TEST_F(ConversationActorTest, WhoIsTakenOutSeesNothingMoreAndComesBackWithNothingUnread) {
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

TEST_F(ConversationActorTest, AConversationThatNobodyIsLeftInIsGone) {
  ConversationId conversation = converse(kAlice, {kBob});
  say(conversation, kAlice, "text");
  EXPECT_TRUE(ask(conversation, RemoveParticipant{{kAlice}, kAlice, {}}).has_value());
  json left = parsed(ask(conversation, ShowConversation{{kBob}}));
  EXPECT_EQ(left["owner"]["username"], "bob");
  EXPECT_TRUE(ask(conversation, RemoveParticipant{{kBob}, kBob, {}}).has_value());
  EXPECT_EQ(ask(conversation, ShowConversation{{kDave, Role::admin}}).error().code,
            ErrorCode::not_found);
  EXPECT_TRUE(store_->check(false).value().empty());
}

TEST_F(ConversationActorTest, WhatWaitsBehindTheRemovalFindsNothing) {
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

TEST_F(ConversationActorTest, ReplacingTheParticipantsAddsAndRemovesAtOnce) {
  ConversationId conversation = converse(kAlice, {kBob});
  ChangeConversation change{{kAlice}, "Plans", std::vector<UserId>{kCarol, kDave}};
  json changed = parsed(ask(conversation, change));
  EXPECT_EQ(changed["title"], "Plans");
  EXPECT_EQ(changed["participants"].size(), 3u);
  EXPECT_EQ(ask(kBob, ListConversations{}).value().count, 0u);
  EXPECT_EQ(ask(kDave, ListConversations{}).value().count, 1u);
  ChangeConversation too_many{{kCarol}, {}, std::vector<UserId>{kAlice}};
  EXPECT_EQ(ask(conversation, too_many).error().code, ErrorCode::not_conversation_owner);
}

TEST_F(ConversationActorTest, OnlyParticipantsAreSeenTyping) {
  ConversationId conversation = converse(kAlice, {kBob});
  EXPECT_TRUE(ask(conversation, SignalTyping{{kAlice}}).has_value());
  ASSERT_EQ(typing_.size(), 1u);
  EXPECT_EQ(typing_[0].conversation, conversation);
  EXPECT_EQ(typing_[0].user, kAlice);
  EXPECT_EQ(json::parse(typing_[0].person)["username"], "alice");
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

}  // namespace
}  // namespace confab::actors
