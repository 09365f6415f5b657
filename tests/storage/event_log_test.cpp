#include <string>
#include <utility>

#include "tests/storage/slow_transaction.hpp"
#include "tests/storage/store_fixture.hpp"

namespace confab::storage::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class EventLog : public StoreTest {
 protected:
  EventLog()
      : alice(add_user("alice")), bob(add_user("bob")), talk(add_conversation({alice, bob})) {}

  LogTail tail(EventPlace after, std::uint32_t limit = 1000, std::vector<LogJoin> joins = {}) {
    return reader->log_tail({after, limit, std::move(joins), 10}).value();
  }

  void add(ConversationId conversation, UserId user, int second) {
    Member member;
    member.conversation = conversation;
    member.user = user;
    member.joined_at = at(second);
    must(AddMember{member, {}});
  }

  void remove(ConversationId conversation, UserId user, int second) {
    must(RemoveMember{conversation, user, {}, at(second), {}});
  }

  /// Posts in one transaction.
  void post_many(ConversationId conversation, std::uint32_t count) {
    std::vector<Change> posts;
    Message message = next_message(conversation, alice, "filler");
    for (std::uint32_t i = 0; i < count; ++i) {
      message.id = MessageId{make_uuid7()};
      posts.push_back(PostMessage{message, {}});
      ++message.seq.value;
    }
    for (const auto& result : writer->commit(posts)) ASSERT_TRUE(result);
  }

  UserId alice, bob;
  ConversationId talk;
};
CONFAB_ON_BOTH_STORES(EventLog);

TEST_P(EventLog, theTailComesInOrderAndInPortions) {
  const ConversationId other = add_conversation({alice});
  EventPlace after = log_end();
  for (int i = 0; i < 10; ++i) {
    post(talk, alice);
    post(other, alice);
  }
  std::vector<Event> all;
  bool exhausted = false;
  while (!exhausted) {
    const LogTail portion = tail(after, 7);
    exhausted = portion.reached == portion.bounds.end;
    after = portion.reached;
    all.insert(all.end(), portion.events.begin(), portion.events.end());
  }
  ASSERT_EQ(all.size(), 20U);
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(all[i].conversation, i % 2 == 0 ? talk : other);
    EXPECT_EQ(all[i].seq.value, i / 2 + 1);
    if (i > 0) {
      EXPECT_LT(all[i - 1].place, all[i].place);
    }
  }
  EXPECT_THAT(tail(after).events, IsEmpty());
  EXPECT_FALSE(tail(after).held_back);
}

TEST_P(EventLog, whatIsCommittedLaterComesAfterTheEnd) {
  const EventPlace end = log_end();
  EXPECT_THAT(tail(end).events, IsEmpty());
  post(talk, alice);
  EXPECT_EQ(tail(end).events.size(), 1U);
  EXPECT_GE(log_end(), tail(end).events[0].place);
}

TEST_P(EventLog, theHorizonDoesNotGoBackWhenEventsGo) {
  post(talk, alice);
  const LogBounds before = reader->log_bounds().value();
  EXPECT_GE(before.horizon, before.end);
  database->run("DELETE FROM events");
  const LogBounds after = reader->log_bounds().value();
  EXPECT_GE(after.horizon, before.horizon);
  EXPECT_EQ(after.end, after.begin);
}

TEST_P(EventLog, theEndStaysWhileNothingHappens) {
  post(talk, alice);
  const EventPlace end = log_end();
  must(TouchUser{alice, at(99)});
  EXPECT_EQ(log_end(), end);
}

TEST_P(EventLog, aUserMissesWhatHappensInHisConversations) {
  const ConversationId foreign = add_conversation({alice});
  const EventPlace start = log_end();
  post(talk, alice);
  post(foreign, alice);
  const MissedEvents missed = reader->missed_events(bob, start, 10).value();
  ASSERT_EQ(missed.events.size(), 1U);
  EXPECT_EQ(missed.events[0].conversation, talk);
  EXPECT_THAT(missed.memberships, ElementsAre(talk));
  EXPECT_THAT(missed.turns, IsEmpty());
  EXPECT_FALSE(missed.more);
}

TEST_P(EventLog, aLongLogIsReadByConversation) {
  const ConversationId other = add_conversation({alice});
  const EventPlace start = log_end();
  post(talk, alice);
  post_many(other, 3000);
  post(talk, alice);
  const MissedEvents missed = reader->missed_events(bob, start, 10).value();
  ASSERT_EQ(missed.events.size(), 2U);
  EXPECT_EQ(missed.events[0].seq, Seq{1});
  EXPECT_EQ(missed.events[1].seq, Seq{2});
}

TEST_P(EventLog, manyMissedEventsComeInPages) {
  const EventPlace start = log_end();
  post_many(talk, 25);
  std::vector<std::uint32_t> seen;
  EventPlace after = start;
  bool more = true;
  while (more) {
    const MissedEvents page = reader->missed_events(bob, after, 10).value();
    ASSERT_LE(page.events.size(), 10U);
    for (const Event& event : page.events) seen.push_back(event.seq.value);
    after = page.events.back().place;
    more = page.more;
  }
  ASSERT_EQ(seen.size(), 25U);
  for (std::uint32_t i = 0; i < 25; ++i) EXPECT_EQ(seen[i], i + 1);
}

TEST_P(EventLog, ofAConversationThatOneHasLeftOnlyThatIsMissed) {
  const EventPlace start = log_end();
  post(talk, alice);
  remove(talk, bob, 20);
  post(talk, alice);
  const MissedEvents missed = reader->missed_events(bob, start, 10).value();
  EXPECT_THAT(kinds(missed.events), ElementsAre(EventKind::participant_removed));
  EXPECT_THAT(kinds(missed.turns), ElementsAre(EventKind::participant_removed));
  EXPECT_EQ(missed.turns[0].subject, bob);
  EXPECT_THAT(missed.memberships, IsEmpty());
}

TEST_P(EventLog, turnsAreToldForTheirConversation) {
  const ConversationId other = add_conversation({alice});
  const EventPlace start = log_end();
  remove(talk, bob, 20);
  add(other, bob, 21);
  add(talk, bob, 22);
  const MissedEvents missed = reader->missed_events(bob, start, 10).value();
  EXPECT_THAT(kinds(missed.turns),
              ElementsAre(EventKind::participant_removed, EventKind::participant_added,
                          EventKind::participant_added));
  EXPECT_EQ(missed.events.size(), 3U);
  EXPECT_THAT(missed.memberships, UnorderedElementsAre(talk, other));
}

TEST_P(EventLog, joinersGetWhatTheyMissedInTheSameSnapshot) {
  const EventPlace start = log_end();
  post(talk, alice);
  const LogTail log = tail(start, 1000, {{bob, std::nullopt}, {alice, start}});
  EXPECT_EQ(log.events.size(), 1U);
  ASSERT_EQ(log.joins.size(), 2U);
  EXPECT_THAT(log.joins[0].memberships, ElementsAre(talk));
  EXPECT_THAT(log.joins[0].events, IsEmpty());
  EXPECT_EQ(log.joins[1].events.size(), 1U);
}

TEST_P(EventLog, withoutAPlaceTheTailIsOnlyItsEnd) {
  post(talk, alice);
  const LogTail log = reader->log_tail({}).value();
  EXPECT_THAT(log.events, IsEmpty());
  EXPECT_EQ(log.reached, log.bounds.end);
}

TEST_P(EventLog, aNewConversationComesWithThoseWhoAreInIt) {
  const UserId carol = add_user("carol");
  const EventPlace start = log_end();
  const ConversationId fresh = add_conversation({alice, bob});
  remove(fresh, bob, 20);
  add(fresh, carol, 21);
  const LogTail log = tail(start);
  ASSERT_EQ(log.starts.size(), 1U);
  EXPECT_EQ(log.starts[0].conversation, fresh);
  EXPECT_THAT(log.starts[0].participants, UnorderedElementsAre(alice, carol));
  EXPECT_THAT(kinds(log.starts[0].turns),
              ElementsAre(EventKind::participant_removed, EventKind::participant_added));
}

TEST_P(EventLog, damagedRowsSpoilNoOthers) {
  const EventPlace start = log_end();
  post(talk, alice);
  const std::string damage = "x'FFFF'";
  const std::string bytes = GetParam() == Kind::postgres ? "'\\xFFFF'" : damage;
  database->run("UPDATE events SET seqs = " + bytes + ", kind = 4 WHERE seq = 1");
  post(talk, alice);
  const LogTail log = tail(start);
  ASSERT_EQ(log.events.size(), 2U);
  EXPECT_FALSE(SeqSet::parse(log.events[0].seqs));
}

class PostgresEventLog : public testing::Test, public StoreFixture {
 protected:
  PostgresEventLog()
      : StoreFixture(Kind::postgres),
        alice(add_user("alice")),
        talk(add_conversation({alice})),
        other(add_conversation({alice})) {}

  UserId alice;
  ConversationId talk, other;
};

TEST_F(PostgresEventLog, holdsBackWhatATransactionUnderWayMayStillPrecede) {
  const EventPlace start = log_end();
  SlowTransaction slow(address_of(*database));
  slow.run("BEGIN; INSERT INTO events (kind, conversation_id, at) VALUES (7, " +
           std::to_string(other.value) + ", 0)");
  post(talk, alice);
  const LogTail before = reader->log_tail({start, 10, {}, 10}).value();
  EXPECT_THAT(before.events, IsEmpty());
  EXPECT_TRUE(before.held_back);
  EXPECT_THAT(reader->missed_events(alice, start, 10).value().events, IsEmpty());

  slow.run("COMMIT");
  const LogTail after = reader->log_tail({before.reached, 10, {}, 10}).value();
  EXPECT_FALSE(after.held_back);
  ASSERT_EQ(after.events.size(), 2U);
  EXPECT_EQ(after.events[0].conversation, other);
  EXPECT_EQ(after.events[1].conversation, talk);
}

TEST_F(PostgresEventLog, givesUpALogFromAnotherServer) {
  post(talk, alice);
  const LogBounds before = reader->log_bounds().value();
  EXPECT_EQ(store->migrate().value(), 0);
  EXPECT_EQ(reader->log_bounds().value().generation, before.generation);
  database->run("UPDATE events SET txid = '9000000000000000000'");
  database->run("UPDATE counters SET value = 5 WHERE name = 'events_purged'");
  EXPECT_EQ(store->migrate().value(), 0);
  const LogBounds after = reader->log_bounds().value();
  EXPECT_EQ(after.generation, before.generation + 1);
  EXPECT_EQ(after.begin, EventPlace{});
  EXPECT_EQ(rows("events"), 0U);
}

}  // namespace
}  // namespace confab::storage::test
