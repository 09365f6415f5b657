#include "actors/rules/conversation_state.hpp"

#include <random>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/actors/people.hpp"

namespace confab::actors {
namespace {

using storage::Member;
using storage::Message;
using storage::SeqSet;
using testing::ElementsAre;

Member member(UserId user, std::uint32_t joined_after = 0) {
  Member result;
  result.conversation = ConversationId{7};
  result.user = user;
  result.joined_after = Seq{joined_after};
  result.joined_at = storage::from_micros(user.value);
  return result;
}

ConversationState conversation(std::vector<UserId> users) {
  storage::ConversationSnapshot snapshot;
  snapshot.conversation.id = ConversationId{7};
  snapshot.conversation.owner = users.front();
  for (UserId user : users) snapshot.members.push_back(member(user));
  return ConversationState(std::move(snapshot));
}

Message post(ConversationState& state, UserId sender,
             std::optional<ParentMessage> parent = std::nullopt,
             std::optional<UserId> receiver = std::nullopt) {
  auto composed = state.compose({sender, "text", parent, receiver}, storage::now());
  EXPECT_TRUE(composed.has_value());
  state.posted(composed.value());
  return composed.value();
}

SeqSet set(std::vector<std::uint32_t> numbers) {
  SeqSet result;
  for (std::uint32_t number : numbers) result.add(Seq{number});
  return result;
}

TEST(ConversationState, GivesOutPlacesWithoutGapsWhileSeveralPostsAreOnTheirWay) {
  ConversationState state = conversation({kAlice, kBob});
  auto first = state.compose({kAlice, "a", {}, {}}, storage::now());
  auto second = state.compose({kBob, "b", {}, {}}, storage::now());
  EXPECT_EQ(first.value().seq, Seq{1});
  EXPECT_EQ(second.value().seq, Seq{2});
  EXPECT_LT(first.value().id, second.value().id);
  EXPECT_EQ(state.header().last_seq, Seq{0});
  state.posted(first.value());
  EXPECT_EQ(state.header().last_seq, Seq{1});
  EXPECT_EQ(state.message_count(), 1u);
}

TEST(ConversationState, ARefusedDraftTakesNoPlace) {
  ConversationState state = conversation({kAlice, kBob});
  EXPECT_EQ(state.compose({kCarol, "x", {}, {}}, storage::now()).error().code,
            ErrorCode::not_found);
  EXPECT_EQ(state.compose({kAlice, "x", {}, kCarol}, storage::now()).error().code,
            ErrorCode::receiver_not_participant);
  EXPECT_EQ(post(state, kAlice).seq, Seq{1});
}

TEST(ConversationState, TheReceiverIsTheOtherOneOfTwoAndNobodyInAGroup) {
  ConversationState two = conversation({kAlice, kBob});
  EXPECT_EQ(post(two, kAlice).receiver, kBob);
  EXPECT_EQ(post(two, kBob).receiver, kAlice);
  ConversationState group = conversation({kAlice, kBob, kCarol});
  EXPECT_EQ(post(group, kAlice).receiver, UserId{});
  EXPECT_EQ(post(group, kAlice, {}, kCarol).receiver, kCarol);
}

TEST(ConversationState, RepliesGoSixtyFourDeepAndNoDeeper) {
  ConversationState state = conversation({kAlice, kBob});
  Message last = post(state, kAlice);
  for (int depth = 1; depth <= ConversationState::kMaxDepth; ++depth) {
    last = post(state, kBob, ParentMessage{last.id, last.seq, last.depth, last.sender});
    EXPECT_EQ(last.depth, depth);
  }
  ParentMessage deepest{last.id, last.seq, last.depth, last.sender};
  EXPECT_EQ(state.compose({kAlice, "x", deepest, {}}, storage::now()).error().code,
            ErrorCode::thread_too_deep);
  EXPECT_EQ(state.top_level().size(), 1u);
}

TEST(ConversationState, APostIsUnreadToEverybodyButItsSender) {
  ConversationState state = conversation({kAlice, kBob, kCarol});
  post(state, kAlice);
  post(state, kBob);
  EXPECT_EQ(state.unread_to(kAlice), set({2}));
  EXPECT_EQ(state.unread_to(kBob), set({1}));
  EXPECT_EQ(state.unread_to(kCarol), set({1, 2}));
  EXPECT_EQ(state.notified_to(kCarol), set({1, 2}));
}

TEST(ConversationState, ReadIsSeenByTheSenderOnceEveryRecipientHasRead) {
  ConversationState state = conversation({kAlice, kBob, kCarol});
  Seq seq = post(state, kAlice).seq;
  EXPECT_FALSE(state.is_read_for(kAlice, seq));
  state.set_read_state(kBob, state.after_reading(kBob, set({1})));
  EXPECT_TRUE(state.is_read_for(kBob, seq));
  EXPECT_FALSE(state.is_read_for(kAlice, seq));
  EXPECT_FALSE(state.is_read_for(kCarol, seq));
  state.set_read_state(kCarol, state.after_reading(kCarol, set({1})));
  EXPECT_TRUE(state.is_read_for(kAlice, seq));
}

TEST(ConversationState, AMessageThatNobodyIsLeftToReadCountsAsRead) {
  ConversationState state = conversation({kAlice, kBob});
  Seq seq = post(state, kAlice).seq;
  EXPECT_FALSE(state.is_read_for(kAlice, seq));
  EXPECT_EQ(state.held_up_by(kBob), set({1}));
  state.remove_participant(kBob);
  EXPECT_TRUE(state.is_read_for(kAlice, seq));
  EXPECT_EQ(state.read_by_everybody(kAlice, state.live()), set({1}));
}

TEST(ConversationState, OnlyTheLastReaderHoldsAMessageUp) {
  ConversationState state = conversation({kAlice, kBob, kCarol});
  post(state, kAlice);
  post(state, kAlice);
  post(state, kBob);
  EXPECT_EQ(state.held_up_by(kCarol), SeqSet());
  state.set_read_state(kBob, state.after_reading(kBob, set({1})));
  EXPECT_EQ(state.held_up_by(kCarol), set({1}));
  EXPECT_EQ(state.read_by_everybody(kAlice, state.live()), SeqSet());
  state.set_read_state(kCarol, state.after_reading(kCarol, set({1, 3})));
  EXPECT_EQ(state.read_by_everybody(kAlice, state.live()), set({1}));
  EXPECT_EQ(state.read_by_everybody(kBob, state.live()), SeqSet());
  EXPECT_EQ(state.held_up_by(kAlice), set({3}));
}

TEST(ConversationState, ReadingReadsTheNotificationButDismissingDoesNotRead) {
  ConversationState state = conversation({kAlice, kBob});
  post(state, kAlice);
  post(state, kAlice);
  state.set_read_state(kBob, state.after_reading(kBob, set({1})));
  EXPECT_TRUE(state.is_dismissed_by(kBob, Seq{1}));
  state.set_read_state(kBob, state.after_dismissing(kBob, set({2})));
  EXPECT_EQ(state.undismissed_by(kBob), SeqSet());
  EXPECT_EQ(state.unread_to(kBob), set({2}));
  state.set_read_state(kBob, state.after_recalling(kBob, Seq{1}));
  EXPECT_EQ(state.undismissed_by(kBob), set({1}));
  EXPECT_EQ(state.unread_to(kBob), set({2}));
}

TEST(ConversationState, ANewcomerSeesNothingUnreadFromBefore) {
  ConversationState state = conversation({kAlice, kBob});
  post(state, kAlice);
  state.add_participant(member(kCarol, 1));
  EXPECT_EQ(state.unread_count(kCarol), 0u);
  EXPECT_TRUE(state.is_read_for(kCarol, Seq{1}));
  post(state, kAlice);
  EXPECT_EQ(state.unread_to(kCarol), set({2}));
  EXPECT_EQ(state.notified_to(kCarol), set({2}));
  // He is no recipient of what was there before him.
  state.set_read_state(kBob, state.after_reading(kBob, set({1})));
  EXPECT_TRUE(state.is_read_for(kAlice, Seq{1}));
}

TEST(ConversationState, WhoHasLeftHasNothingUnreadAndHoldsUpNobodysReadMark) {
  ConversationState state = conversation({kAlice, kBob, kCarol});
  Seq seq = post(state, kAlice).seq;
  state.set_read_state(kBob, state.after_reading(kBob, set({1})));
  state.remove_participant(kCarol);
  EXPECT_FALSE(state.has_participant(kCarol));
  EXPECT_EQ(state.unread_count(kCarol), 0u);
  EXPECT_TRUE(state.is_read_for(kAlice, seq));
  EXPECT_THAT(*state.participants(), ElementsAre(kAlice, kBob));
}

TEST(ConversationState, TheOldestMemberInheritsTheConversation) {
  ConversationState state = conversation({kAlice, kBob, kCarol});
  EXPECT_EQ(state.owner_without(kAlice), kBob);
  EXPECT_EQ(state.owner_without(kCarol), kAlice);
}

TEST(ConversationState, WhatIsRemovedIsUnreadToNobody) {
  ConversationState state = conversation({kAlice, kBob});
  post(state, kAlice);
  post(state, kAlice);
  state.removed({Seq{1}});
  EXPECT_EQ(state.unread_to(kBob), set({2}));
  EXPECT_EQ(state.message_count(), 1u);
  EXPECT_EQ(post(state, kAlice).seq, Seq{3}) << "a place is never given out again";
}

TEST(ConversationState, AFullyReadConversationIsKeptInAFewBytes) {
  ConversationState state = conversation({kAlice, kBob});
  for (int i = 0; i < 5000; ++i) post(state, i % 2 == 0 ? kAlice : kBob);
  ReadState read = state.after_reading(kBob, state.live());
  EXPECT_LT(read.read.bytes().size(), 32u);
}

/// The same rules, written without sets: one flag per member and message.
class PlainModel {
 public:
  void post(Seq seq, UserId sender, const std::vector<UserId>& members) {
    for (UserId user : members) {
      if (user != sender) unread_[user].insert(seq.value), open_[user].insert(seq.value);
    }
  }
  void read(UserId user, Seq seq) {
    unread_[user].erase(seq.value);
    open_[user].erase(seq.value);
  }
  void dismiss(UserId user, Seq seq) { open_[user].erase(seq.value); }
  void remove(Seq seq) {
    for (auto* flags : {&unread_, &open_}) {
      for (auto& [user, seqs] : *flags) seqs.erase(seq.value);
    }
  }
  void leave(UserId user) {
    unread_.erase(user);
    open_.erase(user);
  }
  std::set<std::uint32_t> unread(UserId user) { return unread_[user]; }
  std::set<std::uint32_t> open(UserId user) { return open_[user]; }

 private:
  std::unordered_map<UserId, std::set<std::uint32_t>> unread_;
  std::unordered_map<UserId, std::set<std::uint32_t>> open_;
};

std::set<std::uint32_t> numbers(const SeqSet& seqs) {
  std::set<std::uint32_t> result;
  for (Seq seq : seqs.to_vector()) result.insert(seq.value);
  return result;
}

TEST(ConversationState, AgreesWithAPlainRecountOverRandomOperations) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    ConversationState state = conversation({kAlice, kBob, kCarol});
    PlainModel model;
    for (int step = 0; step < 400; ++step) {
      auto members = *state.participants();
      UserId user = members[random() % members.size()];
      Seq seq{static_cast<std::uint32_t>(1 + random() % (state.header().last_seq.value + 1))};
      switch (random() % 7) {
        case 0:
        case 1:
        case 2:
          model.post(post(state, user).seq, user, members);
          break;
        case 3:
          state.set_read_state(user, state.after_reading(user, set({seq.value})));
          model.read(user, seq);
          break;
        case 4:
          state.set_read_state(user, state.after_dismissing(user, set({seq.value})));
          model.dismiss(user, seq);
          break;
        case 5:
          state.removed({seq});
          model.remove(seq);
          break;
        case 6:
          if (state.has_participant(kCarol)) {
            state.remove_participant(kCarol);
            model.leave(kCarol);
          } else {
            state.add_participant(member(kCarol, state.header().last_seq.value));
          }
          break;
      }
      for (UserId someone : {kAlice, kBob, kCarol}) {
        ASSERT_EQ(numbers(state.unread_to(someone)), model.unread(someone)) << "seed " << seed;
        ASSERT_EQ(numbers(state.undismissed_by(someone)), model.open(someone)) << "seed " << seed;
      }
    }
  }
}

TEST(ConversationState, DatesMessagesInTheirOrderThoughTheClockGoesBack) {
  ConversationState state = conversation({kAlice, kBob});
  const storage::Timestamp now = storage::now();
  const auto first = state.compose({kAlice, "a", {}, {}}, now);
  const auto second = state.compose({kAlice, "b", {}, {}}, now - std::chrono::hours(1));
  ASSERT_TRUE(first.has_value() && second.has_value());
  EXPECT_EQ(first.value().timestamp, now);
  EXPECT_GT(second.value().timestamp, first.value().timestamp);
}

}  // namespace
}  // namespace confab::actors
