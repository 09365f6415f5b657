#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actors/boards/presence_board.hpp"
#include "actors/representation/events.hpp"
#include "actors/rules/event_cursor.hpp"
#include "actors/rules/membership_timeline.hpp"
#include "actors/rules/presence_news.hpp"
#include "actors/rules/stream_roster.hpp"
#include "tests/actors/people.hpp"

namespace confab::actors {
namespace {

using storage::ConversationStart;
using storage::Event;
using storage::EventKind;
using storage::EventPlace;
using storage::LogBounds;
using storage::SeqSet;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr ConversationId kTalk{7};
constexpr ConversationId kOther{8};

Event event(std::int64_t position, EventKind kind, ConversationId conversation = kTalk,
            UserId subject = {}) {
  Event made;
  made.place = {0, position};
  made.kind = kind;
  made.conversation = conversation;
  made.subject = subject;
  return made;
}

Event joins(std::int64_t position, UserId user, ConversationId conversation = kTalk) {
  return event(position, EventKind::participant_added, conversation, user);
}

Event leaves(std::int64_t position, UserId user, ConversationId conversation = kTalk) {
  return event(position, EventKind::participant_removed, conversation, user);
}

// --- cursors -----------------------------------------------------------------------------------

TEST(EventCursor, ComesBackFromItsText) {
  for (const EventCursor& cursor :
       {EventCursor{1, {0, 0}, EventCursor::kWhole}, EventCursor{1, {0, 1}, 0},
        EventCursor{3, {123'456'789'012, 9'000'000'000'000'000'000}, 2}}) {
    EXPECT_EQ(parse_event_cursor(to_string(cursor)), cursor) << to_string(cursor);
  }
}

TEST(EventCursor, IsNothingButWhatWasGivenOut) {
  for (const std::string text :
       {"", "-", "1", "1-2", "1-2-", "1-2-3-", "1-2-3-4-5", "-1-2-3", "1--2-3", "01-2-3", "1-2-A",
        "1-2-3-256", " 1-2-3", "1-2-3 ", "1-2-3\n", "x_y-1-2", "1-2-3-73", "+1-2-3",
        "zzzzzzzzzzzzzzzz-1-2"}) {
    EXPECT_FALSE(parse_event_cursor(text)) << text;
  }
  EXPECT_FALSE(parse_event_cursor(std::string(10'000, '1')));
}

TEST(EventCursor, GoesOnWithTheNextPart) {
  const EventCursor within{1, {5, 10}, 1};
  EXPECT_EQ(within.read_after(), (EventPlace{5, 9}));
  EXPECT_FALSE(within.is_before({5, 10}, 0));
  EXPECT_FALSE(within.is_before({5, 10}, 1));
  EXPECT_TRUE(within.is_before({5, 10}, 2));
  EXPECT_TRUE(within.is_before({5, 11}, 0));
  EXPECT_TRUE(within.is_before({6, 1}, 0));
  const EventCursor past{1, {5, 10}};
  EXPECT_EQ(past.read_after(), (EventPlace{5, 10}));
  EXPECT_FALSE(past.is_before({5, 10}, 2));
  EXPECT_TRUE(past.is_before({5, 11}, 0));
}

TEST(EventCursor, CanResumeWithinTheLogAlone) {
  const LogBounds bounds{2, {0, 10}, {0, 15}, {0, 20}};
  EXPECT_TRUE(can_resume({2, {0, 10}}, bounds));
  EXPECT_TRUE(can_resume({2, {0, 20}}, bounds));
  EXPECT_FALSE(can_resume({2, {0, 9}}, bounds)) << "what came next has been dropped";
  EXPECT_FALSE(can_resume({2, {0, 21}}, bounds)) << "from the future";
  EXPECT_FALSE(can_resume({2, {1, 0}}, bounds));
  EXPECT_FALSE(can_resume({1, {0, 15}}, bounds)) << "of another log";
}

// --- membership --------------------------------------------------------------------------------

TEST(MembershipTimeline, WithoutTurnsHeWasAlwaysIn) {
  const MembershipTimeline timeline({kTalk}, {});
  EXPECT_TRUE(timeline.was_in(kTalk, {0, 1}));
  EXPECT_FALSE(timeline.was_in(kOther, {0, 1}));
  EXPECT_THAT(timeline.at({0, 1}), ElementsAre(kTalk));
}

TEST(MembershipTimeline, WhoLeavesWasInAndWhoJoinsWasNot) {
  const MembershipTimeline timeline({kTalk},
                                    {leaves(10, kBob), joins(20, kBob), leaves(30, kBob, kOther)});
  EXPECT_TRUE(timeline.was_in(kTalk, {0, 9}));
  EXPECT_FALSE(timeline.was_in(kTalk, {0, 10}));
  EXPECT_FALSE(timeline.was_in(kTalk, {0, 19}));
  EXPECT_TRUE(timeline.was_in(kTalk, {0, 20}));
  EXPECT_TRUE(timeline.was_in(kOther, {0, 29}));
  EXPECT_FALSE(timeline.was_in(kOther, {0, 30}));
  EXPECT_THAT(timeline.at({0, 5}), UnorderedElementsAre(kTalk, kOther));
  EXPECT_THAT(timeline.at({0, 15}), ElementsAre(kOther));
  EXPECT_THAT(timeline.at({0, 40}), ElementsAre(kTalk));
}

TEST(FirstParticipants, AreThoseFromBeforeAnyTurn) {
  ConversationStart start;
  start.participants = {kAlice, kCarol};
  start.turns = {leaves(10, kBob), joins(11, kCarol), leaves(12, kCarol), joins(13, kCarol)};
  EXPECT_THAT(first_participants(start), UnorderedElementsAre(kAlice, kBob));
}

// --- who hears ---------------------------------------------------------------------------------

TEST(StreamRoster, TellsThoseInTheConversationWhoListen) {
  StreamRoster roster;
  EXPECT_TRUE(roster.empty());
  roster.join(kAlice, {kTalk, kOther});
  roster.join(kBob, {kTalk});
  EXPECT_THAT(roster.advance(event(1, EventKind::message_created), nullptr),
              UnorderedElementsAre(kAlice, kBob));
  EXPECT_THAT(roster.advance(event(2, EventKind::message_created, kOther), nullptr),
              ElementsAre(kAlice));
  roster.leave(kAlice);
  EXPECT_THAT(roster.advance(event(3, EventKind::message_created), nullptr), ElementsAre(kBob));
  EXPECT_THAT(roster.listeners(kOther), IsEmpty());
  roster.leave(kBob);
  EXPECT_TRUE(roster.empty());
}

TEST(StreamRoster, LetsTurnsTakeEffectAtTheirPlace) {
  StreamRoster roster;
  roster.join(kAlice, {kTalk});
  roster.join(kBob, {});
  EXPECT_THAT(roster.advance(event(1, EventKind::message_created), nullptr), ElementsAre(kAlice));
  EXPECT_THAT(roster.advance(joins(2, kBob), nullptr), UnorderedElementsAre(kAlice, kBob));
  EXPECT_THAT(roster.advance(joins(3, kBob), nullptr), UnorderedElementsAre(kAlice, kBob));
  EXPECT_THAT(roster.advance(joins(3, kCarol), nullptr), UnorderedElementsAre(kAlice, kBob));
  EXPECT_THAT(roster.advance(leaves(4, kBob), nullptr), UnorderedElementsAre(kAlice, kBob));
  EXPECT_THAT(roster.advance(event(5, EventKind::message_created), nullptr), ElementsAre(kAlice));
}

TEST(StreamRoster, KnowsWhoWasInANewConversation) {
  StreamRoster roster;
  roster.join(kAlice, {});
  roster.join(kBob, {});
  ConversationStart start{kOther, {kAlice, kCarol}, {}};
  EXPECT_THAT(roster.advance(event(1, EventKind::conversation_created, kOther), &start),
              ElementsAre(kAlice));
  EXPECT_THAT(roster.conversations(kAlice), ElementsAre(kOther));
}

TEST(StreamRoster, TellsWhatIsForOneToHimAlone) {
  StreamRoster roster;
  roster.join(kAlice, {kTalk});
  roster.join(kBob, {kTalk});
  Event dismissed = event(1, EventKind::notification_updated);
  dismissed.audience = kBob;
  EXPECT_THAT(roster.advance(dismissed, nullptr), ElementsAre(kBob));
  dismissed.audience = kCarol;
  EXPECT_THAT(roster.advance(dismissed, nullptr), IsEmpty());
  Event deleted = event(2, EventKind::conversation_deleted);
  deleted.audience = kAlice;
  EXPECT_THAT(roster.advance(deleted, nullptr), ElementsAre(kAlice));
  EXPECT_THAT(roster.listeners(kTalk), ElementsAre(kBob));
}

// --- presence ---------------------------------------------------------------------------------

std::vector<std::pair<UserId, bool>> pairs(const std::vector<PresenceChange>& changes) {
  std::vector<std::pair<UserId, bool>> list;
  for (const PresenceChange& change : changes) list.emplace_back(change.user, change.is_online);
  return list;
}

TEST(PresenceNews, AreWhatHasNotBeenTold) {
  PresenceNews news;
  news.begin_with({kAlice});
  EXPECT_THAT(news.pending({kAlice}, 10), IsEmpty());
  EXPECT_THAT(pairs(news.pending({kBob}, 10)),
              UnorderedElementsAre(std::pair(kBob, true), std::pair(kAlice, false)));
  news.told({kBob, true});
  EXPECT_THAT(pairs(news.pending({kBob}, 10)), ElementsAre(std::pair(kAlice, false)));
  // Whoever is back before it was told is no news.
  EXPECT_THAT(news.pending({kAlice, kBob}, 10), IsEmpty());
}

TEST(PresenceNews, ComeBitByBit) {
  PresenceNews news;
  const std::vector<UserId> online{kAlice, kBob, kCarol};
  std::size_t told = 0;
  for (auto changes = news.pending(online, 2); !changes.empty();
       changes = news.pending(online, 2)) {
    ASSERT_LE(changes.size(), 2U);
    for (const PresenceChange& change : changes) news.told(change);
    told += changes.size();
  }
  EXPECT_EQ(told, 3U);
}

TEST(PresenceBoard, AStreamKeepsItsUserOnlineAndAMinuteLonger) {
  PresenceBoard board;
  const Timestamp start = storage::now();
  board.touch(kAlice, start);
  board.stream_opened(kAlice);
  const Timestamp later = start + std::chrono::hours(1);
  EXPECT_TRUE(board.is_online(kAlice, later));
  EXPECT_TRUE(board.stream_closed(kAlice, later)) << "his last activity is worth storing";
  EXPECT_EQ(board.last_seen(kAlice), later);
  EXPECT_TRUE(board.is_online(kAlice, later + std::chrono::seconds(59)));
  EXPECT_FALSE(board.is_online(kAlice, later + std::chrono::seconds(60)));
  EXPECT_FALSE(board.stream_closed(kAlice, later)) << "there is none";
}

// --- form --------------------------------------------------------------------------------------

TEST(EventFrames, AreOneLineOfJsonBetweenNamedFields) {
  const EventEnvelope envelope{"1-0-5-2", EventType::message_read, {}, {}};
  const std::string json =
      R"({"id":"1-0-5-2","type":"message.read","at":"1970-01-01T00:00:00.000000Z",)"
      R"("conversation":null,"data":{"a":1}})";
  EXPECT_EQ(event_json(envelope, R"({"a":1})"), json);
  EXPECT_EQ(event_frame(envelope, R"({"a":1})"),
            "id: 1-0-5-2\nevent: message.read\ndata: " + json + "\n\n");
}

TEST(EventFrames, ThatCannotBeResumedFromBearNoId) {
  const std::string frame = event_frame({{}, EventType::typing, {}, {}}, "{}");
  EXPECT_TRUE(frame.starts_with("event: typing\ndata: {\"id\":null,")) << frame;
  EXPECT_EQ(cursor_frame("1-0-5"), "id: 1-0-5\n\n");
}

TEST(EventFrames, ShowSetsAsRanges) {
  SeqSet set;
  EXPECT_EQ(ranges_json(set), "[]");
  for (const std::uint32_t seq : {1U, 2U, 3U, 5U, 9U, 10U}) set.add(Seq{seq});
  EXPECT_EQ(ranges_json(set), "[[1,3],[5,5],[9,10]]");
}

}  // namespace
}  // namespace confab::actors
