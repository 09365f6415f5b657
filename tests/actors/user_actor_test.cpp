#include <gmock/gmock.h>

#include "tests/actors/actor_fixture.hpp"
#include "tests/actors/parsed.hpp"

namespace confab::actors {
namespace {

using testing::HasSubstr;

using UserActorTest = ActorTest;

TEST_F(UserActorTest, ConversationsAreListedByNewestActivityWithTheirUnreadCount) {
  ConversationId first = converse(kAlice, {kBob});
  ConversationId second = converse(kAlice, {kCarol});
  say(first, kBob, "news");
  Json list = items(ask(kAlice, ListConversations{}));
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0]["id"], first.value);
  EXPECT_EQ(list[0]["unread_count"], 1);
  EXPECT_EQ(list[0]["last_message"]["content"], "news");
  EXPECT_EQ(list[1]["id"], second.value);
  EXPECT_EQ(list[1]["last_message"], nullptr);
}

TEST_F(UserActorTest, AListMadeAfterAnAcknowledgedWriteShowsIt) {
  ConversationId conversation = converse(kAlice, {kBob});
  for (std::uint64_t count = 1; count <= 5; ++count) {
    say(conversation, kAlice, "text");
    EXPECT_EQ(unread(kBob), count);
    EXPECT_EQ(ask(kBob, ListNotifications{}).value().count, count);
    EXPECT_EQ(items(ask(kBob, ListConversations{}))[0]["unread_count"], count);
  }
}

TEST_F(UserActorTest, AnUnchangedListIsGivenAgainWithoutAskingAnybody) {
  ConversationId conversation = converse(kAlice, {kBob});
  say(conversation, kAlice, "text");
  auto first = ask(kBob, ListUnread{});
  conversations_.stop();
  drain();
  auto second = ask(kBob, ListUnread{});
  EXPECT_EQ(conversations_.awake(), 0u);
  EXPECT_EQ(second.value().items, first.value().items);
}

TEST_F(UserActorTest, UnreadMessagesOfAllConversationsAreMergedNewestFirst) {
  ConversationId first = converse(kAlice, {kBob});
  ConversationId second = converse(kBob, {kCarol});
  say(first, kAlice, "1");
  say(second, kCarol, "2");
  say(first, kAlice, "3");
  ListUnread request;
  request.window.limit = 2;
  auto page = ask(kBob, request);
  Json shown = items(page);
  EXPECT_EQ(page.value().count, 3u);
  EXPECT_TRUE(page.value().more);
  EXPECT_EQ(shown[0]["content"], "3");
  EXPECT_EQ(shown[1]["content"], "2");
  request.window.offset = 2;
  EXPECT_EQ(items(ask(kBob, request))[0]["content"], "1");
  request.window = {0, 2, page.value().last};
  EXPECT_EQ(items(ask(kBob, request))[0]["content"], "1");
  request.window = {0, 20, {}};
  request.conversation = second;
  EXPECT_EQ(ask(kBob, request).value().count, 1u);
}

TEST_F(UserActorTest, NewsThatCrossAListDoNotDisturbIt) {
  ConversationId quiet = converse(kAlice, {kBob});
  ConversationId busy = converse(kBob, {kCarol});
  say(quiet, kAlice, "1");
  say(busy, kCarol, "2");
  EXPECT_EQ(unread(kBob), 2u);
  say(busy, kCarol, "3");
  auto list = send(kBob, ListUnread{});
  scheduler().try_run_once();  // the list has asked the busy conversation and waits
  users_.tell_if_awake(kBob, MembershipChanged{quiet, true, storage::now()});
  drain();
  EXPECT_EQ((**list).value().count, 3u);
}

TEST_F(UserActorTest, MarkingCountsOnlyWhatWasUnreadToHim) {
  ConversationId conversation = converse(kAlice, {kBob});
  say(conversation, kAlice, "his");
  MessageId his = last_posted();
  say(conversation, kBob, "own");
  MessageId own = last_posted();
  ConversationId foreign = converse(kAlice, {kCarol});
  say(foreign, kAlice, "not his");
  MessageId not_his = last_posted();
  MarkRead mark{{his, his, own, not_his, MessageId{storage::make_uuid7()}}};
  EXPECT_EQ(ask(kBob, mark).value().count, 1u);
  EXPECT_EQ(ask(kBob, mark).value().count, 0u);
  EXPECT_EQ(unread(kCarol), 1u);
}

TEST_F(UserActorTest, MarkingAcrossConversationsIsOneCommit) {
  ConversationId first = converse(kAlice, {kBob});
  ConversationId second = converse(kCarol, {kBob});
  say(first, kAlice, "one");
  MarkRead mark{{last_posted()}};
  say(second, kCarol, "two");
  mark.messages.push_back(last_posted());
  persistence_->hold();
  auto lost = send(kBob, mark);
  drain();
  EXPECT_EQ(persistence_->waiting(), 1u);
  persistence_->lose();
  drain();
  EXPECT_EQ((**lost).error().code, ErrorCode::storage_unavailable);
  EXPECT_EQ(unread(kBob), 2u);

  EXPECT_EQ(ask(kBob, mark).value().count, 2u);
  EXPECT_EQ(unread(kBob), 0u);
  conversations_.stop();
  users_.stop();
  drain();
  auto reader = std::move(store_->open_reader().value());
  for (ConversationId conversation : {first, second}) {
    const storage::ConversationSnapshot stored = reader->conversation(conversation, 0).value();
    for (const storage::Member& member : stored.members) {
      EXPECT_EQ(member.read.contains(Seq{1}), member.user == kBob);
    }
  }
}

TEST_F(UserActorTest, NotificationsCanBeReadOneByOneAndAllTogether) {
  ConversationId conversation = converse(kAlice, {kBob});
  say(conversation, kAlice, "one");
  say(conversation, kAlice, "two");
  Json list = items(ask(kBob, ListNotifications{}));
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0]["kind"], "message");
  EXPECT_EQ(list[0]["is_read"], false);
  EXPECT_EQ(list[0]["user"]["username"], "bob");
  Uuid id = *storage::parse_uuid(list[0]["notification_id"].get<std::string>());
  EXPECT_EQ(ask(kAlice, OpenNotification{id, {}}).error().code, ErrorCode::not_found);
  EXPECT_THAT(ask(kBob, OpenNotification{id, true}).value().json, HasSubstr("\"is_read\":true"));
  EXPECT_EQ(unread(kBob), 2u) << "dismissing does not read the message";
  ListNotifications open;
  open.is_read = false;
  EXPECT_EQ(ask(kBob, open).value().count, 1u);
  EXPECT_EQ(ask(kBob, DismissAll{}).value().count, 1u);
  EXPECT_EQ(ask(kBob, open).value().count, 0u);
  EXPECT_THAT(ask(kBob, OpenNotification{id, false}).value().json, HasSubstr("\"is_read\":false"));
  EXPECT_EQ(ask(kBob, open).value().count, 1u);
}

TEST_F(UserActorTest, ANotificationOfAnAnswerToOneselfIsAReply) {
  ConversationId conversation = converse(kAlice, {kBob, kCarol});
  say(conversation, kAlice, "question");
  say(conversation, kBob, "answer", last_posted());
  EXPECT_EQ(items(ask(kAlice, ListNotifications{}))[0]["kind"], "reply");
  EXPECT_EQ(items(ask(kCarol, ListNotifications{}))[0]["kind"], "message");
}

TEST_F(UserActorTest, APageThatDoesNotExistCostsNoMessages) {
  ConversationId conversation = converse(kAlice, {kBob});
  for (int i = 0; i < 12; ++i) say(conversation, kAlice, "text");
  EXPECT_TRUE(ask(kBob, ShowUser{{kBob}}).has_value());
  const std::size_t reads = persistence_->reads();
  ListUnread messages;
  messages.window.offset = 1'000'000'000'000;
  EXPECT_EQ(ask(kBob, messages).error().code, ErrorCode::invalid_page);
  ListNotifications notifications;
  notifications.window = messages.window;
  EXPECT_EQ(ask(kBob, notifications).error().code, ErrorCode::invalid_page);
  EXPECT_EQ(persistence_->reads(), reads);
}

TEST_F(UserActorTest, ADeepPageIsPutTogetherInSteps) {
  constexpr std::uint64_t kPosts = 210;
  ConversationId conversation = converse(kAlice, {kBob});
  persistence_->hold();
  for (std::uint64_t i = 0; i < kPosts; ++i) {
    send(conversation, SendMessage{{kAlice}, "text", {}, {}, {}});
  }
  drain();
  persistence_->release();
  drain();
  ListUnread deep;
  deep.window = {200, 5, {}};
  const auto page = ask(kBob, deep);
  const Json shown = items(page);
  ASSERT_EQ(shown.size(), 5u);
  EXPECT_EQ(shown[0]["seq"], 10);
  EXPECT_EQ(shown[4]["seq"], 6);
  EXPECT_EQ(page.value().count, kPosts);
  EXPECT_TRUE(page.value().more);
  deep.window.offset = 205;
  EXPECT_FALSE(ask(kBob, deep).value().more);
}

TEST_F(UserActorTest, SearchFindsOnlyWhatHeMaySee) {
  ConversationId mine = converse(kAlice, {kBob});
  ConversationId foreign = converse(kBob, {kCarol});
  say(mine, kBob, "red apples");
  say(mine, kAlice, "green pears");
  say(foreign, kCarol, "red cherries");
  SearchMessages search;
  search.search = "red";
  EXPECT_EQ(ask(kAlice, search).value().count, 1u);
  EXPECT_EQ(ask(kBob, search).value().count, 2u);
  search.search.clear();
  search.sender = kAlice;
  EXPECT_EQ(items(ask(kBob, search))[0]["content"], "green pears");
  search.sender.reset();
  search.unread_only = true;
  Json unread_to_bob = items(ask(kBob, search));
  ASSERT_EQ(unread_to_bob.size(), 2u);
  EXPECT_EQ(unread_to_bob[0]["content"], "red cherries");
  search.search = "pears";
  EXPECT_EQ(ask(kBob, search).value().count, 1u);
  search.search = "apples";
  EXPECT_EQ(ask(kBob, search).value().count, 0u) << "his own is not unread to him";
}

TEST_F(UserActorTest, ASearchAmongWhatIsUnreadLoadsNoMessagesButThosePage) {
  ConversationId conversation = converse(kAlice, {kBob});
  for (int i = 0; i < 40; ++i) say(conversation, kAlice, "text");
  SearchMessages search;
  search.unread_only = true;
  search.sender = kAlice;
  search.window.limit = 2;
  EXPECT_EQ(ask(kBob, search).value().count, 40u);
  std::size_t reads = persistence_->reads();
  auto page = ask(kBob, search);
  EXPECT_EQ(page.value().size, 2u);
  EXPECT_EQ(persistence_->reads(), reads + 1) << "the places; the newest texts are in memory";
  search.window.older_than = page.value().last;
  page = ask(kBob, search);
  EXPECT_EQ(items(page)[0]["seq"], 38);
  EXPECT_EQ(page.value().count, 40u);
}

TEST_F(UserActorTest, DoesNotGoToRestBeforeAConversationItCreatesIsThere) {
  const auto soon = UserDirectory::Clock::now() + std::chrono::hours(1);
  persistence_->hold();
  auto created = send(kAlice, CreateConversation{"", {kBob}, {}});
  drain();
  users_.send_to_rest(soon, 1000);
  drain();
  EXPECT_EQ(users_.awake(), 1u);
  persistence_->release();
  drain();
  ASSERT_TRUE(created->has_value());
  EXPECT_TRUE((**created).has_value());
  users_.send_to_rest(soon, 1000);
  drain();
  EXPECT_EQ(users_.awake(), 0u);
}

TEST_F(UserActorTest, DoesNotGoToRestBeforeItsConversationsHaveAnswered) {
  ConversationId conversation = converse(kBob, {kAlice});
  for (int i = 0; i < 12; ++i) say(conversation, kAlice, "text");
  const auto soon = UserDirectory::Clock::now() + std::chrono::hours(1);
  users_.send_to_rest(soon, 1000);
  drain();
  EXPECT_TRUE(ask(kBob, ShowUser{{kBob}}).has_value());
  persistence_->hold_reads();
  auto list = send(kBob, ListUnread{});
  drain();
  users_.send_to_rest(soon, 1000);
  drain();
  EXPECT_EQ(users_.awake(), 1u);
  persistence_->release_reads();
  drain();
  EXPECT_EQ((**list).value().count, 12u);
}

TEST_F(UserActorTest, GoesToRest) {
  EXPECT_TRUE(ask(kAlice, ListUnread{}).has_value());
  users_.send_to_rest(UserDirectory::Clock::now() + std::chrono::hours(1), 1000);
  drain();
  EXPECT_EQ(users_.awake(), 0u);
}

}  // namespace
}  // namespace confab::actors
