#include <gtest/gtest.h>

#include "tests/actors/actor_fixture.hpp"

// Reading in several conversations by one commit: what each of them has prepared, and who waits.

namespace confab::actors {
namespace {

/// Serves everything here; every shard has been taken under `epoch` last.
class TakenShards : public Router {
 public:
  std::optional<storage::Fence> serving(storage::ShardIndex shard) const override {
    return storage::Fence{shard, epoch};
  }
  bool holds(storage::Fence) const override { return true; }
  bool is_over(storage::Fence fence) const override { return epoch > fence.epoch; }
  bool has_lease() const override { return true; }
  void forward(ForwardedCall, std::function<void(Result<std::string>)> reply) override {
    reply(fail(ErrorCode::internal));
  }

  std::int64_t epoch = 0;
};

class ReadingTogetherTest : public ActorTest {
 protected:
  void pass_seconds(int seconds) {
    for (int i = 0; i < seconds; ++i) {
      scheduler().advance_time(std::chrono::seconds(1));
      drain();
    }
  }
};

TEST_F(ReadingTogetherTest, MarksThatCrossEachOtherDoNotWaitInACircle) {
  ConversationId first = converse(kAlice, {kBob});
  ConversationId second = converse(kCarol, {kBob});
  MarkRead forth;
  for (int i = 0; i < 2; ++i) {
    for (ConversationId conversation : {first, second}) {
      say(conversation, conversation == first ? kAlice : kCarol, "text");
      forth.messages.push_back(last_posted());
    }
  }
  MarkRead back{{forth.messages.rbegin(), forth.messages.rend()}};
  persistence_->hold();
  auto one = send(kBob, forth);
  auto other = send(kBob, back);
  auto dismissed = send(kBob, DismissAll{});
  auto changed = send(first, ChangeConversation{{kAlice}, "title", {}});
  for (int i = 0; i < 6; ++i) {
    drain();
    persistence_->release();
    persistence_->hold();
  }
  persistence_->release();
  drain();
  EXPECT_EQ((**one).value().count + (**other).value().count, 4u);
  EXPECT_TRUE(dismissed->has_value());
  EXPECT_TRUE((**changed).has_value());
  EXPECT_EQ(unread(kBob), 0u);
}

TEST_F(ReadingTogetherTest, APartThatIsNeverFinishedHoldsNobodyUpForEver) {
  ConversationId conversation = converse(kAlice, {kBob});
  say(conversation, kAlice, "text");
  auto begun = ask(conversation, PrepareReading{{kBob}, storage::make_uuid4(), {{Seq{1}}}});
  EXPECT_EQ(begun.value().count, 1u);
  MarkRead mark{{last_posted()}};
  auto waiting = send(kBob, mark);
  drain();
  EXPECT_FALSE(waiting->has_value());
  pass_seconds(29);
  EXPECT_FALSE(waiting->has_value());
  pass_seconds(2);
  EXPECT_TRUE(waiting->has_value());
  EXPECT_EQ(ask(kBob, mark).value().count, 1u);
}

TEST_F(ReadingTogetherTest, APartIsGivenUpOnceTheUsersShardHasBeenTaken) {
  ConversationId conversation = converse(kAlice, {kBob});
  say(conversation, kAlice, "text");
  TakenShards router;
  context_->router = &router;
  PrepareReading prepare{{kBob}, storage::make_uuid4(), {{Seq{1}}}, 3};
  EXPECT_EQ(ask(conversation, prepare).value().count, 1u);
  auto waiting = send(conversation, MarkConversationRead{{kBob}, {}});
  router.epoch = 3;
  pass_seconds(5);
  EXPECT_FALSE(waiting->has_value());
  router.epoch = 4;
  pass_seconds(1);
  EXPECT_TRUE(waiting->has_value());
  EXPECT_EQ(ask(conversation, MarkConversationRead{{kBob}, {}}).value().count, 1u);
  context_->router = nullptr;
}

TEST_F(ReadingTogetherTest, WhatIsReadAgainWaitsForThePartsUnderWay) {
  ConversationId conversation = converse(kAlice, {kBob});
  say(conversation, kAlice, "text");
  const Uuid operation = storage::make_uuid4();
  EXPECT_EQ(ask(conversation, PrepareReading{{kBob}, operation, {{Seq{1}}}}).value().count, 1u);
  persistence_->hold();
  auto lost = send(conversation, SendMessage{{kAlice}, "text", {}, {}, {}});
  drain();
  persistence_->lose();
  drain();
  EXPECT_TRUE((**lost).has_error()) << "and memory is dropped";
  auto shown = send(conversation, ShowConversation{{kBob}});
  drain();
  EXPECT_FALSE(shown->has_value());
  EXPECT_TRUE(ask(conversation, FinishReading{operation, ReadingOutcome::stored}).has_value());
  drain();
  ASSERT_TRUE(shown->has_value());
  EXPECT_TRUE((**shown).has_value());
}

TEST_F(ReadingTogetherTest, APartThatWasAbandonedBeforeItsTurnHoldsNobodyUp) {
  ConversationId conversation = converse(kAlice, {kBob});
  say(conversation, kAlice, "text");
  const Uuid first = storage::make_uuid4();
  const Uuid second = storage::make_uuid4();
  EXPECT_EQ(ask(conversation, PrepareReading{{kBob}, first, {{Seq{1}}}}).value().count, 1u);
  auto waiting = send(conversation, PrepareReading{{kBob}, second, {{Seq{1}}}});
  EXPECT_TRUE(ask(conversation, FinishReading{second, ReadingOutcome::abandoned}).has_value());
  drain();
  EXPECT_FALSE(waiting->has_value());
  EXPECT_TRUE(ask(conversation, FinishReading{first, ReadingOutcome::abandoned}).has_value());
  drain();
  ASSERT_TRUE(waiting->has_value());
  EXPECT_EQ((*waiting)->value().count, 0u);
  EXPECT_EQ(ask(kBob, MarkRead{{last_posted()}}).value().count, 1u);
}

}  // namespace
}  // namespace confab::actors
