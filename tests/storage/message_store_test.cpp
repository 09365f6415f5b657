#include "tests/storage/store_fixture.hpp"

namespace confab::storage::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class MessageStore : public StoreTest {
 protected:
  MessageStore()
      : alice(add_user("alice")), bob(add_user("bob")), talk(add_conversation({alice, bob})) {}

  Message stored(Seq seq) { return reader->messages(talk, {seq}).value().at(0); }

  UserId alice, bob;
  ConversationId talk;
};
CONFAB_ON_BOTH_STORES(MessageStore);

std::vector<std::pair<int, int>> pairs(const std::vector<ThreadNode>& nodes) {
  std::vector<std::pair<int, int>> list;
  for (const ThreadNode& node : nodes) {
    list.emplace_back(static_cast<int>(node.seq.value), static_cast<int>(node.parent.value));
  }
  return list;
}

TEST_P(MessageStore, aMessageComesBackAsItWentIn) {
  Message message = next_message(talk, alice, "Grüße\n{\"a\": 'b'} \\ %s \U0001f600 , {x}");
  message.receiver = bob;
  must(PostMessage{message, {}});
  const Message found = stored(Seq{1});
  EXPECT_EQ(found.id, message.id);
  EXPECT_EQ(found.conversation, talk);
  EXPECT_EQ(found.seq, Seq{1});
  EXPECT_EQ(found.sender, alice);
  EXPECT_EQ(found.receiver, bob);
  EXPECT_EQ(found.parent, Seq{});
  EXPECT_EQ(found.parent_id, MessageId{});
  EXPECT_EQ(found.depth, 0);
  EXPECT_EQ(found.reply_count, 0U);
  EXPECT_EQ(found.content, message.content);
  EXPECT_EQ(found.timestamp, message.timestamp);
  EXPECT_EQ(found.edited_at, std::nullopt);
  const Event event = events(bob).back();
  EXPECT_EQ(event.kind, EventKind::message_created);
  EXPECT_EQ(event.message, message.id);
  EXPECT_EQ(event.seq, Seq{1});
  EXPECT_EQ(event.at, message.timestamp);
  EXPECT_EQ(event.audience, UserId{});
}

TEST_P(MessageStore, repliesAreCountedAtTheirParent) {
  const Message root = post(talk, alice);
  const Message reply = post(talk, bob, "reply", &root);
  post(talk, alice, "again", &reply);
  post(talk, alice, "second", &root);
  EXPECT_EQ(stored(Seq{1}).reply_count, 2U);
  EXPECT_EQ(stored(Seq{2}).reply_count, 1U);
  EXPECT_EQ(stored(Seq{3}).depth, 2);
  EXPECT_EQ(stored(Seq{3}).parent, Seq{2});
  EXPECT_EQ(stored(Seq{3}).parent_id, reply.id);
}

TEST_P(MessageStore, aReplyToNothingIsRefused) {
  Message message = next_message(talk, alice, "x");
  message.parent = Seq{77};
  message.parent_id = MessageId{make_uuid7()};
  EXPECT_EQ(refusal(PostMessage{message, {}}), ErrorCode::parent_not_found);
  EXPECT_EQ(snapshot(talk).conversation.message_count, 0U);
  EXPECT_EQ(rows("messages"), 0U);
}

TEST_P(MessageStore, onlyTheNextPlaceIsTaken) {
  post(talk, alice);
  Message stale = next_message(talk, alice, "stale");
  stale.seq = Seq{1};
  EXPECT_EQ(refusal(PostMessage{stale, {}}), ErrorCode::storage_conflict);
  stale.seq = Seq{3};
  EXPECT_EQ(refusal(PostMessage{stale, {}}), ErrorCode::storage_conflict);
  stale.seq = Seq{2};
  stale.conversation = ConversationId{99};
  EXPECT_EQ(refusal(PostMessage{stale, {}}), ErrorCode::storage_conflict);
  EXPECT_EQ(rows("messages"), 1U);
  EXPECT_EQ(rows("events"), 2U);
}

TEST_P(MessageStore, anIdIsTakenOnce) {
  const Message first = post(talk, alice);
  Message second = next_message(talk, alice, "same id");
  second.id = first.id;
  EXPECT_EQ(refusal(PostMessage{second, {}}), ErrorCode::storage_conflict);
  EXPECT_EQ(snapshot(talk).conversation.last_seq, Seq{1});
}

TEST_P(MessageStore, aTextWithNulIsRefused) {
  const Message message = next_message(talk, alice, std::string("a\0b", 3));
  EXPECT_EQ(refusal(PostMessage{message, {}}), ErrorCode::internal);
  EXPECT_EQ(rows("messages"), 0U);
}

TEST_P(MessageStore, thePostKeepsItsReply) {
  PendingReply reply{{alice, "key", "\x01\xff", 201, "{\"x\":1}", at(3)}, {}};
  must(PostMessage{next_message(talk, alice, "x"), reply});
  EXPECT_EQ(reader->reply(alice, "key").value().body, "{\"x\":1}");
  EXPECT_EQ(reader->reply(alice, "key").value().fingerprint, "\x01\xff");
  EXPECT_EQ(refusal(PostMessage{next_message(talk, alice, "y"), reply}),
            ErrorCode::idempotency_running);
  EXPECT_EQ(rows("messages"), 1U);
}

TEST_P(MessageStore, messagesComeInTheOrderAskedFor) {
  for (int i = 0; i < 5; ++i) post(talk, alice, "m" + std::to_string(i + 1));
  std::vector<std::string> found;
  const auto messages = reader->messages(talk, seqs({4, 9, 1, 5})).value();
  for (const Message& message : messages) found.push_back(message.content);
  EXPECT_THAT(found, ElementsAre("m4", "m1", "m5"));
  EXPECT_THAT(reader->messages(talk, {}).value(), IsEmpty());
}

TEST_P(MessageStore, placesAreFoundById) {
  const Message first = post(talk, alice);
  const Message second = post(talk, alice);
  const auto places =
      reader->places({second.id, MessageId{make_uuid7()}, first.id, MessageId{}}).value();
  ASSERT_EQ(places.size(), 2U);
  for (const MessagePlace& place : places) {
    EXPECT_EQ(place.conversation, talk);
    EXPECT_EQ(place.seq, place.id == first.id ? Seq{1} : Seq{2});
  }
  EXPECT_THAT(reader->places({}).value(), IsEmpty());

  Uuid derived = first.id.value;
  derived.bytes[15] ^= 0x55;
  const auto twins = reader->places_created_with(derived).value();
  ASSERT_EQ(twins.size(), 1U);
  EXPECT_EQ(twins[0].id, first.id);
  EXPECT_THAT(reader->places_created_with(make_uuid7()).value(), IsEmpty());
}

TEST_P(MessageStore, editsAreKept) {
  const Message message = post(talk, alice, "first");
  const Uuid one = make_uuid7();
  const Uuid two = make_uuid7();
  must(EditMessage{{one, message.id, talk, Seq{1}, "first", at(50), alice}, "second"});
  must(EditMessage{{two, message.id, talk, Seq{1}, "second", at(51), bob}, "third"});
  EXPECT_EQ(stored(Seq{1}).content, "third");
  EXPECT_EQ(stored(Seq{1}).edited_at, at(51));
  const auto page = reader->revisions(talk, Seq{1}, {}).value();
  EXPECT_EQ(page.count, 2U);
  ASSERT_EQ(page.rows.size(), 2U);
  EXPECT_EQ(page.rows[0].id, two);
  EXPECT_EQ(page.rows[0].content, "second");
  EXPECT_EQ(page.rows[0].edited_by, bob);
  EXPECT_EQ(page.rows[0].message, message.id);
  EXPECT_EQ(page.rows[1].id, one);
  EXPECT_EQ(page.rows[1].edited_at, at(50));
  EXPECT_EQ(reader->revisions(talk, Seq{1}, {1, 1}).value().rows.at(0).id, one);
  EXPECT_EQ(events(bob).back().kind, EventKind::message_updated);

  const Revision lost{make_uuid7(), MessageId{make_uuid7()}, talk, Seq{1}, "x", at(52), alice};
  EXPECT_EQ(refusal(EditMessage{lost, "y"}), ErrorCode::not_found);

  must(DeleteRevisionsBy{talk, alice});
  EXPECT_EQ(reader->revisions(talk, Seq{1}, {}).value().count, 1U);
}

TEST_P(MessageStore, threadsAreFollowedDown) {
  const Message root = post(talk, alice);
  const Message reply = post(talk, bob, "2", &root);
  post(talk, alice, "3");
  const Message deeper = post(talk, alice, "4", &reply);
  post(talk, bob, "5", &deeper);
  EXPECT_THAT(
      pairs(reader->thread(talk, Seq{1}).value()),
      UnorderedElementsAre(std::pair(1, 0), std::pair(2, 1), std::pair(4, 2), std::pair(5, 4)));
  EXPECT_THAT(pairs(reader->thread(talk, Seq{4}).value()),
              UnorderedElementsAre(std::pair(4, 2), std::pair(5, 4)));
  EXPECT_THAT(reader->thread(talk, Seq{9}).value(), IsEmpty());
  EXPECT_THAT(pairs(reader->touched_by(talk, bob).value()),
              UnorderedElementsAre(std::pair(2, 1), std::pair(4, 2), std::pair(5, 4)));
}

TEST_P(MessageStore, whatAUserReceivedTouchesHim) {
  Message message = next_message(talk, alice, "for bob");
  message.receiver = bob;
  must(PostMessage{message, {}});
  EXPECT_THAT(pairs(reader->touched_by(talk, bob).value()), UnorderedElementsAre(std::pair(1, 0)));
}

TEST_P(MessageStore, deletedMessagesLeaveOnlyTheNews) {
  const Message root = post(talk, alice);
  const Message reply = post(talk, bob, "2", &root);
  post(talk, alice, "3", &reply);
  const Message keeper = post(talk, alice, "4", &root);
  must(EditMessage{{make_uuid7(), reply.id, talk, Seq{2}, "2", at(50), bob}, "two"});
  must(SaveReadState{talk, alice, seq_set({2}), {}, seq_set({2}), seq_set({2}), at(51), {}});

  DeleteMessages change;
  change.conversation = talk;
  change.seqs = seqs({2, 3});
  change.parents = {{Seq{1}, 1}};
  change.roots = {{Seq{2}, reply.id, Seq{1}}};
  change.updated_at = at(60);
  change.at = at(61);
  must(change);

  const ConversationSnapshot left = snapshot(talk);
  EXPECT_EQ(left.live, seq_set({1, 4}));
  EXPECT_EQ(left.conversation.message_count, 2U);
  EXPECT_EQ(left.conversation.last_seq, Seq{4});
  EXPECT_EQ(left.conversation.updated_at, at(60));
  EXPECT_EQ(stored(Seq{1}).reply_count, 1U);
  EXPECT_EQ(rows("revisions"), 0U);
  EXPECT_THAT(kinds(events(alice)),
              ElementsAre(EventKind::conversation_created, EventKind::message_created,
                          EventKind::message_created, EventKind::message_read,
                          EventKind::notification_updated, EventKind::message_deleted));
  const Event news = events(bob).back();
  EXPECT_EQ(news.message, reply.id);
  EXPECT_EQ(news.seq, Seq{2});
  EXPECT_EQ(news.parent, Seq{1});
  EXPECT_EQ(news.at, at(61));

  EXPECT_EQ(refusal(change), ErrorCode::storage_conflict);
  EXPECT_EQ(snapshot(talk).conversation.message_count, 2U);
  EXPECT_EQ(post(talk, bob).seq, Seq{5});
  EXPECT_EQ(keeper.seq, Seq{4});
}

TEST_P(MessageStore, readingChangesOneRow) {
  post(talk, alice);
  post(talk, alice);
  PendingReply reply{{bob, "key", "f", 200, "{}", at(3)}, {}};
  must(SaveReadState{talk, bob, seq_set({1, 2}), seq_set({2}), seq_set({1, 2}), seq_set({2}),
                     at(50), reply});
  const Member member = snapshot(talk).members.at(1);
  EXPECT_EQ(member.read, seq_set({1, 2}));
  EXPECT_EQ(member.dismissed, seq_set({2}));
  EXPECT_TRUE(reader->reply(bob, "key"));

  const std::vector<Event> seen_by_alice = events(alice);
  EXPECT_EQ(seen_by_alice.back().kind, EventKind::message_read);
  EXPECT_EQ(seen_by_alice.back().subject, bob);
  EXPECT_EQ(seen_by_alice.back().seqs, seq_set({1, 2}).bytes());
  const std::vector<Event> seen_by_bob = events(bob);
  EXPECT_EQ(seen_by_bob.back().kind, EventKind::notification_updated);
  EXPECT_EQ(seen_by_bob.back().audience, bob);
  EXPECT_EQ(seen_by_bob.back().seqs, seq_set({2}).bytes());

  must(SaveReadState{talk, bob, seq_set({1, 2}), seq_set({1, 2}), {}, seq_set({1}), at(51), {}});
  EXPECT_EQ(events(alice).size(), seen_by_alice.size());
  EXPECT_EQ(
      refusal(SaveReadState{talk, UserId{99}, {}, {}, seq_set({1}), seq_set({1}), at(52), {}}),
      ErrorCode::not_participant);
}

}  // namespace
}  // namespace confab::storage::test
