#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/actors/actor_fixture.hpp"

namespace confab::actors {
namespace {

constexpr UserId kAlice{1};
constexpr UserId kBob{2};

class ConversationListing : public ActorTest {};

// Five messages are kept in memory: three come from the database, and meanwhile the others leave.
TEST_F(ConversationListing, LosesNothingThatLeavesMemoryWhileTheRestIsRead) {
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
    EXPECT_THAT((*list)->value().items, testing::HasSubstr("text " + std::to_string(i) + "\""));
  }
}

}  // namespace
}  // namespace confab::actors
