#include <gmock/gmock.h>

#include "tests/actors/actor_fixture.hpp"
#include "tests/actors/parsed.hpp"

namespace confab::actors {
namespace {

using testing::HasSubstr;

using ConversationListingTest = ActorTest;

TEST_F(ConversationListingTest, ReadsComeFromMemory) {
  ConversationId conversation = converse(kAlice, {kBob});
  for (int i = 0; i < 3; ++i) say(conversation, kAlice, "text");
  std::size_t reads = persistence_->reads();
  EXPECT_EQ(ask(conversation, ListMessages{{kBob}}).value().size, 3u);
  EXPECT_TRUE(ask(conversation, ShowConversation{{kBob}}).has_value());
  EXPECT_EQ(persistence_->reads(), reads);
}

TEST_F(ConversationListingTest, MessagesThatMemoryNoLongerHoldsComeFromStorageInTheirPlace) {
  ConversationId conversation = converse(kAlice, {kBob});
  for (int i = 1; i <= 12; ++i) say(conversation, kAlice, "text " + std::to_string(i));
  auto list = ask(conversation, ListMessages{{kBob}});
  Json messages = items(list);
  ASSERT_EQ(messages.size(), 12u);
  for (int i = 0; i < 12; ++i) {
    EXPECT_EQ(messages[i]["seq"], 12 - i);
    EXPECT_EQ(messages[i]["content"], "text " + std::to_string(12 - i));
  }
}

TEST_F(ConversationListingTest, ListsAreWalkedByPositionWithoutRepeatingOrSkipping) {
  ConversationId conversation = converse(kAlice, {kBob});
  for (int i = 1; i <= 9; ++i) say(conversation, kAlice, "text");
  ListMessages request{{kBob}};
  request.window.limit = 4;
  std::vector<int> seen;
  for (int page = 0; page < 3; ++page) {
    auto list = ask(conversation, request);
    for (const Json& message : items(list)) seen.push_back(message["seq"]);
    EXPECT_EQ(list.value().more, page < 2);
    request.window.older_than = list.value().last;
  }
  EXPECT_THAT(seen, testing::ElementsAre(9, 8, 7, 6, 5, 4, 3, 2, 1));
}

TEST_F(ConversationListingTest, OpeningReadsAndListingDoesNot) {
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

TEST_F(ConversationListingTest, AThreadIsShownInOrderAndReadAsFarAsShown) {
  ConversationId conversation = converse(kAlice, {kBob});
  say(conversation, kAlice, "root");
  MessageId root = last_posted();
  say(conversation, kAlice, "child 1", root);
  MessageId child = last_posted();
  say(conversation, kAlice, "child 2", root);
  say(conversation, kAlice, "grandchild", child);
  ShowThread request{{kBob}, root, {}};
  request.window.limit = 3;
  Json shown = items(ask(conversation, request));
  ASSERT_EQ(shown.size(), 3u);
  EXPECT_EQ(shown[0]["content"], "root");
  EXPECT_EQ(shown[1]["content"], "child 1");
  EXPECT_EQ(shown[2]["content"], "grandchild");
  EXPECT_EQ(unread(kBob), 1u) << "what was not shown stays unread";
}

TEST_F(ConversationListingTest, ALookAtTheHeadReadsNothing) {
  ConversationId conversation = converse(kAlice, {kBob});
  say(conversation, kAlice, "text");
  auto opened = ask(conversation, OpenMessage{{kBob}, Seq{1}, false});
  EXPECT_EQ(parsed(opened)["read"], false);
  ShowThread thread{{kBob}, last_posted(), {}, false};
  EXPECT_EQ(items(ask(conversation, thread))[0]["read"], false);
  EXPECT_EQ(unread(kBob), 1u);
}

// Five messages are kept in memory: three come from the database, and meanwhile the others leave.
TEST_F(ConversationListingTest, LosesNothingThatLeavesMemoryWhileTheRestIsRead) {
  const ConversationId talk = converse(kAlice, {kBob});
  for (int i = 1; i <= 8; ++i) say(talk, kAlice, "text " + std::to_string(i));
  persistence_->hold_reads();
  ListMessages look;
  look.caller = {kBob, Role::guest};
  const auto list = send(talk, look);
  drain();
  ASSERT_FALSE(list->has_value()) << "the rest has to be read";
  for (int i = 9; i <= 14; ++i) say(talk, kAlice, "text " + std::to_string(i));
  persistence_->release_reads();
  drain();
  ASSERT_TRUE(list->has_value() && (*list)->has_value());
  EXPECT_EQ((*list)->value().size, 8U);
  for (int i = 1; i <= 8; ++i) {
    EXPECT_THAT((*list)->value().items, HasSubstr("text " + std::to_string(i) + "\""));
  }
}

}  // namespace
}  // namespace confab::actors
