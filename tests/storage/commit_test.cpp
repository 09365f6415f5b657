#include "tests/storage/store_fixture.hpp"

namespace confab::storage::test {
namespace {

using testing::ElementsAre;

class Commit : public StoreTest {
 protected:
  Commit() : alice(add_user("alice")), talk(add_conversation({alice})) {}

  Message message(std::uint32_t seq, const std::string& content) {
    Message made = next_message(talk, alice, content);
    made.seq = Seq{seq};
    return made;
  }

  UserId alice;
  ConversationId talk;
};
CONFAB_ON_BOTH_STORES(Commit);

TEST_P(Commit, nothingIsDoneInOneGo) { EXPECT_TRUE(writer->commit({}).empty()); }

TEST_P(Commit, manyChangesTakeEffectTogether) {
  std::vector<Change> changes;
  for (std::uint32_t i = 1; i <= 200; ++i) changes.push_back(PostMessage{message(i, "x"), {}});
  changes.push_back(UpdateConversation{talk, "after", alice, at(999)});
  for (std::uint32_t i = 201; i <= 210; ++i) changes.push_back(PostMessage{message(i, "y"), {}});
  for (const auto& result : writer->commit(changes)) EXPECT_TRUE(result);
  EXPECT_EQ(snapshot(talk).conversation.message_count, 210U);
  EXPECT_EQ(snapshot(talk).conversation.title, "after");
}

TEST_P(Commit, aReplyMayFollowItsParentInTheSameBatch) {
  const Message root = message(1, "root");
  Message reply = message(2, "reply");
  reply.parent = root.seq;
  reply.parent_id = root.id;
  Message second = message(3, "second");
  second.parent = root.seq;
  second.parent_id = root.id;
  const std::vector<Change> changes{PostMessage{root, {}}, PostMessage{reply, {}},
                                    PostMessage{second, {}}};
  for (const auto& result : writer->commit(changes)) EXPECT_TRUE(result);
  EXPECT_EQ(reader->messages(talk, {Seq{1}}).value().at(0).reply_count, 2U);
}

TEST_P(Commit, aGroupTakesEffectWhollyOrNotAtAll) {
  const ConversationId other = add_conversation({alice});
  Message elsewhere = message(1, "fine");
  elsewhere.conversation = other;
  IdempotencyRecord record{alice, "key", "print", 200, "body", at(1)};
  const ChangeGroup good{{UpdateConversation{talk, "first", alice, at(5)},
                          UpdateConversation{other, "second", alice, at(5)},
                          KeepReply{{record, {}}}}};
  ChangeGroup bad = good;
  bad.changes[0] = UpdateConversation{talk, "lost", alice, at(6)};
  bad.changes[2] = PostMessage{message(5, "gap"), {}};
  const std::vector<Change> changes{good, bad, PostMessage{elsewhere, {}}};
  const auto results = writer->commit(changes);
  EXPECT_TRUE(results[0]);
  EXPECT_EQ(results[1].error().code, ErrorCode::storage_conflict);
  EXPECT_EQ(snapshot(talk).conversation.title, "first");
  EXPECT_EQ(snapshot(other).conversation.title, "second");
  EXPECT_EQ(reader->reply(alice, "key").value().body, "body");
  EXPECT_FALSE(results[2]) << "it was made for what the group was to bring about";
  EXPECT_TRUE(snapshot(other).live.empty());
}

TEST_P(Commit, wordsMayBeMadeBeforehand) {
  std::vector<Change> changes{PostMessage{message(1, "Grüße aus 北京"), {}},
                              PostMessage{message(2, "!"), {}}};
  for (Change& change : changes) store->prepare(change);
  for (const auto& result : writer->commit(changes)) EXPECT_TRUE(result);
  MessageFilter filter;
  filter.visible_to = alice;
  for (const char* words : {"gruße", "北京", "aus"}) {
    filter.search = words;
    EXPECT_EQ(reader->messages(filter, {}).value().count, 1U) << words;
  }
  EXPECT_THAT(store->check(false).value(), testing::IsEmpty());
}

TEST_P(Commit, oneThatFailsFailsAlone) {
  const ConversationId other = add_conversation({alice});
  Message elsewhere = message(1, "fine");
  elsewhere.conversation = other;
  User taken = make_user("ALICE");
  taken.email = "other@example.org";
  const std::vector<Change> changes{
      PostMessage{message(1, "fine"), {}},
      InsertUser{taken, {}},
      PostMessage{message(5, "gap"), {}},  // not the next
      PostMessage{elsewhere, {}},          // another conversation
      TouchUser{alice, at(77)},
      RotateLogin{make_uuid7(), make_uuid7(), make_uuid7(), at(1), at(2)},
  };
  const auto results = writer->commit(changes);
  ASSERT_EQ(results.size(), 6U);
  EXPECT_TRUE(results[0]);
  EXPECT_EQ(results[1].error().code, ErrorCode::username_taken);
  EXPECT_EQ(results[2].error().code, ErrorCode::storage_conflict);
  EXPECT_TRUE(results[3]);
  EXPECT_TRUE(results[4]);
  EXPECT_EQ(results[5].error().code, ErrorCode::token_blacklisted);
  EXPECT_EQ(snapshot(talk).live, seq_set({1}));
  EXPECT_EQ(snapshot(other).live, seq_set({1}));
  EXPECT_EQ(reader->user(alice).value().last_seen, at(77));
}

TEST_P(Commit, whatFollowsAConflictInItsConversationFailsToo) {
  const ConversationId other = add_conversation({alice});
  Message elsewhere = message(1, "fine");
  elsewhere.conversation = other;
  const std::vector<Change> changes{
      PostMessage{message(2, "stale"), {}},
      PostMessage{message(1, "would fit"), {}},
      UpdateConversation{talk, "new", alice, at(5)},
      PostMessage{elsewhere, {}},
  };
  const auto results = writer->commit(changes);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(results[i].error().code, ErrorCode::storage_conflict) << i;
  }
  EXPECT_TRUE(results[3]);
  EXPECT_EQ(snapshot(talk).conversation.title, "talk");
}

TEST_P(Commit, aRefusedRequestDoesNotStopItsConversation) {
  Message orphan = message(1, "orphan");
  orphan.parent = Seq{9};
  orphan.parent_id = MessageId{make_uuid7()};
  const std::vector<Change> changes{PostMessage{orphan, {}}, PostMessage{message(1, "fits"), {}}};
  const auto results = writer->commit(changes);
  EXPECT_EQ(results[0].error().code, ErrorCode::parent_not_found);
  EXPECT_TRUE(results[1]);
}

TEST_P(Commit, bodiesAreMadeOnceEvenIfTheBatchIsRepeated) {
  int calls = 0;
  PendingReply reply;
  reply.record = {alice, "k", "f", 201, "", at(5)};
  reply.body_for = [&calls](std::int64_t id) {
    ++calls;
    return std::to_string(id);
  };
  const std::vector<Change> changes{InsertUser{make_user("bob"), reply},
                                    PostMessage{message(9, "stale"), {}}};
  const auto results = writer->commit(changes);
  ASSERT_TRUE(results[0]);
  EXPECT_FALSE(results[1]);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(reader->reply(alice, "k").value().body, std::to_string(results[0].value().id));
  EXPECT_TRUE(reader->user(UserId{results[0].value().id}));
}

TEST_P(Commit, aReaderSeesWhatWasCommittedBefore) {
  const auto second = std::move(store->open_reader()).value();
  for (std::uint32_t i = 1; i <= 50; ++i) {
    ASSERT_EQ(second->messages(talk, {Seq{i}}).value().size(), 0U);
    post(talk, alice);
    ASSERT_EQ(reader->messages(talk, {Seq{i}}).value().size(), 1U);
    ASSERT_EQ(second->messages(talk, {Seq{i}}).value().size(), 1U);
    ASSERT_EQ(second->conversation(talk, 1).value().newest.at(0).seq, Seq{i});
  }
}

TEST_P(Commit, everythingIsThereAfterReopening) {
  post(talk, alice, "kept");
  const EventPlace last = log_end();
  writer.reset();
  reader.reset();
  store.reset();
  store = std::move(database->open()).value();
  EXPECT_EQ(store->migrate().value(), 0);
  reader = std::move(store->open_reader()).value();
  writer = std::move(store->open_writer()).value();
  EXPECT_EQ(reader->messages(talk, {Seq{1}}).value().at(0).content, "kept");
  post(talk, alice, "next");
  EXPECT_GT(log_end(), last);
}

TEST(SqliteStore, oneProcessAtATime) {
  const auto database = make_database(Kind::sqlite);
  const auto first = database->open();
  ASSERT_TRUE(first);
  const auto second = database->open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::storage_unavailable);
  EXPECT_THAT(second.error().detail, testing::HasSubstr("another process"));
}

TEST(SqliteStore, aMissingDirectoryIsSaid) {
  const auto store = open_sqlite("/nonexistent/place/db.sqlite");
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::storage_unavailable);
  EXPECT_THAT(store.error().detail, testing::HasSubstr("/nonexistent/place"));
}

}  // namespace
}  // namespace confab::storage::test
