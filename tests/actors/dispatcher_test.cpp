#include "tests/actors/dispatcher_fixture.hpp"

namespace confab::actors {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST_F(DispatcherTest, AStreamBeginsWithWhereItIs) {
  const auto alice = listen(kAlice);
  ASSERT_THAT(alice->frames, SizeIs(1));
  EXPECT_TRUE(alice->frames[0].starts_with("retry: 2000\nid: 1-0-")) << alice->frames[0];
}

TEST_F(DispatcherTest, APostIsToldToEachAsHeSeesIt) {
  ConversationId conversation = converse(kAlice, {kBob});
  const auto alice = listen(kAlice);
  const auto bob = listen(kBob);
  const auto carol = listen(kCarol);
  say(conversation, kAlice, "hello");
  EXPECT_THAT(alice->types(), ElementsAre("message.created"));
  EXPECT_THAT(bob->types(), ElementsAre("message.created", "notification.created"));
  EXPECT_THAT(carol->types(), IsEmpty());
  EXPECT_EQ(bob->events()[0]["data"]["content"], "hello");
  EXPECT_EQ(bob->events()[1]["data"]["user"]["username"], "bob");
  // All who get the same get the same bytes.
  EXPECT_EQ(alice->frames[1], bob->frames[1]);
}

TEST_F(DispatcherTest, AReplyUpdatesItsParentAndSoDoesItsDeletion) {
  ConversationId conversation = converse(kAlice, {kBob});
  say(conversation, kAlice, "question");
  const auto alice = listen(kAlice);
  say(conversation, kBob, "answer", last_posted());
  EXPECT_THAT(alice->types(),
              ElementsAre("message.created", "message.updated", "notification.created"));
  EXPECT_EQ(alice->events()[1]["data"]["reply_count"], 1);
  EXPECT_EQ(alice->events()[2]["data"]["kind"], "reply");
  alice->frames.clear();
  EXPECT_TRUE(ask(conversation, RemoveMessage{{kBob}, Seq{2}}).has_value());
  EXPECT_THAT(alice->types(), ElementsAre("message.deleted", "message.updated"));
  EXPECT_EQ(alice->events()[0]["data"]["seq"], 2);
  EXPECT_EQ(alice->events()[1]["data"]["is_thread"], false);
}

TEST_F(DispatcherTest, ReadingSaysWhatHasBeenRead) {
  ConversationId conversation = converse(kAlice, {kBob, kCarol});
  say(conversation, kAlice, "1");
  say(conversation, kAlice, "2");
  const auto alice = listen(kAlice);
  const auto bob = listen(kBob);
  EXPECT_TRUE(ask(conversation, MarkConversationRead{{kBob}, {}}).has_value());
  EXPECT_THAT(alice->types(), ElementsAre("message.read"));
  EXPECT_THAT(bob->types(), ElementsAre("message.read", "notification.updated"));
  EXPECT_EQ(alice->events()[0]["data"]["seqs"], Json::parse("[[1,2]]"));
  EXPECT_EQ(alice->events()[0]["data"]["read"], Json::array());
  EXPECT_EQ(bob->events()[0]["data"]["unread_count"], 0);
  EXPECT_EQ(bob->events()[1]["data"]["notification"], nullptr);
  EXPECT_TRUE(ask(conversation, OpenMessage{{kCarol}, Seq{2}}).has_value());
  EXPECT_EQ(alice->events()[1]["data"]["read"], Json::parse("[[2,2]]"));
}

TEST_F(DispatcherTest, MembershipTakesEffectAtItsPlace) {
  ConversationId conversation = converse(kAlice, {kBob});
  const auto carol = listen(kCarol);
  say(conversation, kAlice, "before");
  add(conversation, kAlice, kCarol);
  say(conversation, kAlice, "during");
  remove(conversation, kAlice, kCarol);
  say(conversation, kAlice, "after");
  EXPECT_THAT(carol->types(), ElementsAre("participant.added", "message.created",
                                          "notification.created", "participant.removed"));
  EXPECT_EQ(carol->events()[1]["data"]["content"], "during");
  EXPECT_EQ(carol->events()[3]["data"]["conversation"], nullptr);
}

TEST_F(DispatcherTest, WhoWasTheLastNotToHaveReadFreesTheReadMark) {
  ConversationId conversation = converse(kAlice, {kBob, kCarol});
  say(conversation, kAlice, "1");
  EXPECT_TRUE(ask(conversation, MarkConversationRead{{kBob}, {}}).has_value());
  const auto alice = listen(kAlice);
  remove(conversation, kAlice, kCarol);
  EXPECT_THAT(alice->types(), ElementsAre("participant.removed", "message.read"));
  EXPECT_EQ(alice->events()[1]["data"]["read"], Json::parse("[[1,1]]"));
}

TEST_F(DispatcherTest, ANewConversationIsHeardOfFromItsBeginning) {
  const auto bob = listen(kBob);
  ConversationId conversation = converse(kAlice, {kBob});
  say(conversation, kAlice, "hello");
  EXPECT_TRUE(ask(conversation, RemoveConversation{{kAlice}}).has_value());
  EXPECT_THAT(bob->types(), ElementsAre("conversation.created", "message.created",
                                        "notification.created", "conversation.deleted"));
  EXPECT_EQ(bob->events()[3]["data"]["id"], conversation.value);
  EXPECT_EQ(bob->events()[3]["conversation"], bob->events()[0]["data"]["conversation_id"]);
}

TEST_F(DispatcherTest, ResumesAfterEveryFrame) {
  ConversationId conversation = converse(kAlice, {kBob});
  const auto bob = listen(kBob);
  say(conversation, kAlice, "1");
  say(conversation, kAlice, "2", last_posted());
  EXPECT_TRUE(ask(conversation, MarkConversationRead{{kBob}, {}}).has_value());
  const std::vector<Json> all = bob->events();
  ASSERT_THAT(all, SizeIs(7));
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto again = listen(kBob, all[i]["id"].get<std::string>());
    const std::vector<Json> rest = again->events();
    ASSERT_EQ(rest.size(), all.size() - i - 1) << "after " << i;
    for (std::size_t k = 0; k < rest.size(); ++k) EXPECT_EQ(rest[k]["id"], all[i + 1 + k]["id"]);
    hang_up();
  }
}

TEST_F(DispatcherTest, AResumedStreamGoesOnLive) {
  ConversationId conversation = converse(kAlice, {kBob});
  const auto first = listen(kBob);
  const std::string start = first->last_id();
  say(conversation, kAlice, "missed");
  const auto second = listen(kBob, start);
  say(conversation, kAlice, "live");
  EXPECT_EQ(first->types(), second->types());
  EXPECT_EQ(first->last_id(), second->last_id());
}

TEST_F(DispatcherTest, ACursorOfNoUseIsAnsweredWithAReset) {
  ConversationId conversation = converse(kAlice, {kBob});
  for (const char* cursor : {"nonsense", "9-0-1", "1-0-99999", "1-7-1"}) {
    const auto bob = listen(kBob, cursor);
    EXPECT_THAT(bob->types(), ElementsAre("reset")) << cursor;
    say(conversation, kAlice, "live");
    EXPECT_THAT(bob->types(), ElementsAre("reset", "message.created", "notification.created"));
    hang_up();
  }
}

TEST_F(DispatcherTest, WhatHasBeenDroppedForItsAgeIsAHole) {
  ConversationId conversation = converse(kAlice, {kBob});
  const std::string start = listen(kBob)->last_id();
  say(conversation, kAlice, "old");
  persistence_->commit(storage::Purge{storage::now() + std::chrono::hours(1), {}, {}},
                       [](const Result<storage::Committed>&) {});
  EXPECT_THAT(listen(kBob, start)->types(), ElementsAre("reset"));
}

TEST_F(DispatcherTest, ALostBellIsMadeGoodByTheNextTick) {
  ConversationId conversation = converse(kAlice, {kBob});
  const auto bob = listen(kBob);
  persistence_->after_commit = nullptr;
  say(conversation, kAlice, "quietly");
  EXPECT_THAT(bob->types(), IsEmpty());
  pass(std::chrono::seconds(1));
  EXPECT_THAT(bob->types(), ElementsAre("message.created", "notification.created"));
}

TEST_F(DispatcherTest, HeartbeatsMoveTheCursorOn) {
  ConversationId conversation = converse(kAlice, {kBob});
  const auto carol = listen(kCarol);
  const std::string start = carol->last_id();
  say(conversation, kAlice, "not for carol");
  pass(std::chrono::seconds(15));
  ASSERT_THAT(carol->frames, SizeIs(2));
  EXPECT_TRUE(carol->frames[1].starts_with(": heartbeat\nid: "));
  EXPECT_NE(carol->last_id(), start);
}

TEST_F(DispatcherTest, AnEventIsToldAsItIsOnceItsWriteHasTakenEffect) {
  ConversationId conversation = converse(kAlice, {kBob});
  const auto bob = listen(kBob);
  persistence_->hold();
  send(conversation, SendMessage{{kAlice}, "hello", {}, {}, {}});
  drain();
  // The event can be read before the conversation has heard that its write has succeeded.
  persistence_->commit_unheard();
  caf::anon_send(dispatcher_, LogGrew{});
  drain();
  EXPECT_THAT(bob->types(), IsEmpty());
  persistence_->answer();
  drain();
  EXPECT_THAT(bob->types(), ElementsAre("message.created", "notification.created"));
}

TEST_F(DispatcherTest, NeitherAnEditNorAReadNorATurnIsToldTooEarly) {
  ConversationId conversation = converse(kAlice, {kBob});
  say(conversation, kAlice, "hello");
  const auto alice = listen(kAlice);
  const auto unheard = [&](auto request) {
    persistence_->hold();
    send(conversation, std::move(request));
    drain();
    persistence_->commit_unheard();
    caf::anon_send(dispatcher_, LogGrew{});
    drain();
    EXPECT_THAT(alice->types(), IsEmpty());
    persistence_->answer();
    drain();
    const std::vector<Json> told = alice->events();
    alice->frames.clear();
    EXPECT_THAT(told, SizeIs(1));
    return told.empty() ? Json() : told[0]["data"];
  };
  EXPECT_EQ(unheard(ChangeMessage{{kAlice}, Seq{1}, "changed", {}})["content"], "changed");
  EXPECT_EQ(unheard(MarkConversationRead{{kBob}, {}})["read"], Json::parse("[[1,1]]"));
  EXPECT_EQ(unheard(AddParticipant{{kAlice}, kCarol, {}})["conversation"]["participants"].size(),
            3u);
}

TEST_F(DispatcherTest, StreamsAreLimitedPerUserAndInAll) {
  listen(kAlice);
  listen(kAlice);
  EXPECT_EQ(try_open(owner(kAlice), std::make_shared<Received>()).error().code,
            ErrorCode::throttled);
  listen(kBob);
  listen(kBob);
  listen(kCarol);
  EXPECT_EQ(try_open(owner(kDave), std::make_shared<Received>()).error().code,
            ErrorCode::overloaded);
}

TEST_F(DispatcherTest, AStreamThatIsGoneMakesRoom) {
  listen(kAlice);
  listen(kAlice);
  hang_up();
  EXPECT_TRUE(try_open(owner(kAlice), std::make_shared<Received>()).has_value());
}

TEST_F(DispatcherTest, EndsWithItsLogin) {
  const StreamOwner logged_out = owner(kAlice);
  const StreamOwner expired{kBob, owner(kBob).login, 0, storage::now() - std::chrono::seconds(1)};
  const StreamOwner demoted = owner(kCarol);
  const StreamOwner deleted = owner(kDave);
  std::vector<std::shared_ptr<Received>> received;
  for (const StreamOwner& who : {logged_out, expired, demoted, deleted}) {
    received.push_back(std::make_shared<Received>());
    ASSERT_TRUE(try_open(who, received.back()).has_value());
  }
  const auto stays = listen(kAlice);
  access_.end(logged_out.login);
  access_.put(kCarol, {Role::guest, true, 1});
  access_.remove(kDave);
  pass(std::chrono::seconds(2));
  for (const auto& one : received) EXPECT_TRUE(one->is_closed);
  EXPECT_FALSE(stays->is_closed);
}

TEST_F(DispatcherTest, TypingReachesTheOthersUnlessTheyAreBehind) {
  ConversationId conversation = converse(kAlice, {kBob});
  const auto alice = listen(kAlice);
  const auto bob = listen(kBob);
  caf::anon_send(dispatcher_, UserTyping{conversation, storage::make_uuid4(), kAlice, "{}"});
  drain();
  EXPECT_THAT(bob->types(), ElementsAre("typing"));
  EXPECT_EQ(bob->events()[0]["id"], nullptr);
  EXPECT_THAT(alice->types(), IsEmpty());
  bob->is_behind = true;
  caf::anon_send(dispatcher_, UserTyping{conversation, storage::make_uuid4(), kAlice, "{}"});
  drain();
  EXPECT_THAT(bob->types(), ElementsAre("typing"));
}

TEST_F(DispatcherTest, ComingAndGoingIsToldToThoseWhoShareAConversation) {
  converse(kAlice, {kBob});
  const auto alice = listen(kAlice);
  const auto carol = listen(kCarol);
  listen(kBob);
  pass(std::chrono::seconds(2));
  EXPECT_THAT(alice->types(), ElementsAre("presence"));
  EXPECT_EQ(alice->events()[0]["data"]["user"]["username"], "bob");
  EXPECT_EQ(alice->events()[0]["data"]["is_online"], true);
  EXPECT_EQ(alice->events()[0]["id"], nullptr);
  EXPECT_THAT(carol->types(), IsEmpty());
  // He may come back within the minute: no news.
  hang_up();
  listen(kBob);
  pass(std::chrono::seconds(4));
  EXPECT_THAT(alice->types(), SizeIs(1));
}

TEST_F(DispatcherTest, PagesHoldWhatAStreamTells) {
  ConversationId conversation = converse(kAlice, {kBob});
  const std::string start = page(kBob, std::nullopt).cursor;
  const auto bob = listen(kBob);
  say(conversation, kAlice, "1");
  say(conversation, kAlice, "2");
  std::string items;
  EventPage part;
  part.cursor = start;
  int pages = 0;
  do {
    part = page(kBob, part.cursor, 3);
    items += (items.empty() || part.items.empty() ? "" : ",") + part.items;
    ++pages;
  } while (part.more);
  EXPECT_EQ(pages, 2);
  EXPECT_EQ(Json::parse("[" + items + "]").get<std::vector<Json>>(), bob->events());
  EXPECT_THAT(page(kBob, part.cursor).count, 0u);
  const EventPage reset = page(kBob, "nonsense");
  EXPECT_EQ(Json::parse(reset.items)["type"], "reset");
}

TEST_F(DispatcherTest, APageWaitsForItsFirstEvent) {
  ConversationId conversation = converse(kAlice, {kBob});
  const std::string start = page(kBob, std::nullopt).cursor;
  const auto waits = ask_page({owner(kBob), start, 20, std::chrono::seconds(30)});
  EXPECT_FALSE(waits->has_value());
  say(conversation, kAlice, "at last");
  scheduler().advance_time(std::chrono::milliseconds(1));
  drain();
  ASSERT_TRUE(waits->has_value());
  EXPECT_EQ((**waits).value().count, 2u);
}

TEST_F(DispatcherTest, APageThatWaitsInVainIsEmpty) {
  const std::string start = page(kBob, std::nullopt).cursor;
  const auto waits = ask_page({owner(kBob), start, 20, std::chrono::seconds(3)});
  pass(std::chrono::seconds(4));
  ASSERT_TRUE(waits->has_value());
  EXPECT_EQ((**waits).value().count, 0u);
}

TEST_F(DispatcherTest, AnAccountThatHasJustGoneIsNotFound) {
  persistence_->commit_first(storage::HideUser{kAlice, {}});
  const auto opened = try_open(owner(kAlice), std::make_shared<Received>());
  EXPECT_EQ(opened.error().code, ErrorCode::not_found);
}

TEST_F(DispatcherTest, EndsAllStreamsWhenToldTo) {
  const auto alice = listen(kAlice);
  caf::anon_send(dispatcher_, EndStreams{});
  drain();
  EXPECT_TRUE(alice->is_closed);
  EXPECT_EQ(try_open(owner(kAlice), alice).error().code, ErrorCode::overloaded);
}

}  // namespace
}  // namespace confab::actors
