#include <functional>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actors/boards/presence_board.hpp"
#include "actors/cluster/gossip.hpp"
#include "tests/actors/cluster_nodes.hpp"

namespace confab::actors::cluster::test {

namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

UserTyping somebody() {
  UserTyping typing;
  typing.conversation = ConversationId{7};
  typing.conversation_uuid.bytes[0] = 9;
  typing.user = UserId{3};
  typing.person = R"({"id":3})";
  return typing;
}

/// One node among others, whose side is this test.
class Gossiping : public testing::Test {
 protected:
  Gossiping() : gossip_(hooks()) {}

  GossipHooks hooks() {
    GossipHooks made;
    made.peers = [this] { return peers_; };
    made.send = [this](NodeId to, std::string_view bytes) { sent_[to].emplace_back(bytes); };
    made.attendance = [this] { return here_; };
    made.log_grew = [this] { ++rung_; };
    made.look = [this] { ++accounts_; };
    made.typing = [this](UserTyping typing) { typing_.push_back(std::move(typing)); };
    made.attended = [this](NodeId from, const Attendance& said) { there_[from] = said; };
    made.gone = [this](NodeId gone) { there_.erase(gone); };
    return made;
  }

  void hears(NodeId from, const News& news, Moment when = 0ms) {
    gossip_.received(from, encode(news), when);
  }

  std::vector<NodeId> peers_{node(2), node(3)};
  Attendance here_;
  std::map<NodeId, std::vector<std::string>> sent_;
  std::map<NodeId, Attendance> there_;
  std::vector<UserTyping> typing_;
  int rung_ = 0;
  int accounts_ = 0;
  Gossip gossip_;
};

}  // namespace

TEST_F(Gossiping, passesOnWhatItHears) {
  hears(node(2), LogHasGrown{});
  hears(node(2), LookAgain{});
  hears(node(2), somebody());
  hears(node(3), Attendance{{UserId{1}, UserId{2}}, 5, true});
  EXPECT_EQ(rung_, 1);
  EXPECT_EQ(accounts_, 1);
  ASSERT_THAT(typing_, SizeIs(1));
  EXPECT_EQ(typing_[0].conversation, ConversationId{7});
  EXPECT_EQ(typing_[0].conversation_uuid, somebody().conversation_uuid);
  EXPECT_EQ(typing_[0].user, UserId{3});
  EXPECT_EQ(typing_[0].person, R"({"id":3})");
  EXPECT_EQ(there_[node(3)], (Attendance{{UserId{1}, UserId{2}}, 5, true}));
}

TEST_F(Gossiping, leavesAloneWhatItDoesNotKnow) {
  for (const std::string bytes :
       {"", "\x7f", "\x03", "\x04\x01", "\x04\x01\0\0\0\0\0\0\0\1\xff\xff\xff\xff"}) {
    gossip_.received(node(2), bytes, 0ms);
  }
  EXPECT_EQ(rung_ + accounts_, 0);
  EXPECT_THAT(typing_, IsEmpty());
  EXPECT_THAT(there_, IsEmpty());
}

TEST_F(Gossiping, tellsOfTheLogToThoseWhoListen) {
  hears(node(2), Attendance{{}, 0, true});
  hears(node(3), Attendance{{}, 0, false});
  gossip_.tell_log_grew();
  gossip_.tell_typing(somebody());
  EXPECT_THAT(sent_[node(2)], ElementsAre(encode(LogHasGrown{}), encode(somebody())));
  EXPECT_THAT(sent_[node(3)], IsEmpty());
}

TEST_F(Gossiping, tellsWhoIsHereOnceUntilThatChanges) {
  here_ = {{UserId{2}, UserId{1}}, 1, false};
  for (const Moment now : {1000ms, 1500ms, 2000ms}) gossip_.beat(now);
  EXPECT_THAT(sent_[node(2)], ElementsAre(encode(Attendance{{UserId{1}, UserId{2}}, 1, false})));
  here_.streams = 2;
  gossip_.beat(2500ms);
  EXPECT_THAT(sent_[node(2)], SizeIs(2));
  peers_.push_back(node(4));
  gossip_.beat(3000ms);
  EXPECT_THAT(sent_[node(4)], SizeIs(1)) << "who is new is told";
  gossip_.beat(9000ms);
  EXPECT_THAT(sent_[node(4)], SizeIs(2)) << "and everybody again after a while";
}

TEST_F(Gossiping, forgetsWhoWasWithANodeThatSaysNoMore) {
  hears(node(2), Attendance{{UserId{1}}, 1, true}, 1000ms);
  gossip_.beat(10'000ms);
  EXPECT_THAT(there_, SizeIs(1));
  gossip_.beat(20'000ms);
  EXPECT_THAT(there_, IsEmpty());
}

TEST_F(Gossiping, isSilentOnceStopped) {
  hears(node(2), Attendance{{}, 0, true});
  gossip_.stop();
  gossip_.tell_log_grew();
  gossip_.tell_to_look();
  gossip_.beat(1000ms);
  hears(node(2), LogHasGrown{});
  EXPECT_THAT(sent_[node(2)], IsEmpty());
  EXPECT_EQ(rung_, 0);
}

TEST(PresenceOfSeveralNodes, isThatOfAllTogether) {
  PresenceBoard board;
  const storage::Timestamp now = storage::now();
  board.touch(UserId{1}, now);
  board.stream_opened(UserId{1});
  board.put_others(node(2), {UserId{1}, UserId{2}}, 3);
  EXPECT_TRUE(board.is_online(UserId{2}, now));
  EXPECT_FALSE(board.is_online(UserId{3}, now));
  EXPECT_THAT(board.online(now), UnorderedElementsAre(UserId{1}, UserId{2}));
  EXPECT_THAT(board.online_here(now), ElementsAre(UserId{1}));
  EXPECT_EQ(board.streams(), 4U);
  board.forget_others(node(2));
  EXPECT_FALSE(board.is_online(UserId{2}, now));
}

}  // namespace confab::actors::cluster::test
