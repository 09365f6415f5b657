#include "tests/storage/store_fixture.hpp"

namespace confab::storage::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class Check : public StoreTest {
 protected:
  Check() : alice(add_user("alice")), bob(add_user("bob")), talk(add_conversation({alice, bob})) {
    const Message root = post(talk, alice, "root words");
    const Message reply = post(talk, bob, "reply words", &root);
    post(talk, alice, "deeper words", &reply);
    const Message edited = post(talk, bob, "before");
    must(EditMessage{{make_uuid7(), edited.id, talk, edited.seq, "before", at(50), bob}, "after"});
    post(talk, bob, "\U0001f600 !");
    must(SaveReadState{
        talk, alice, seq_set({2, 4}), seq_set({2}), seq_set({4}), seq_set({4}), at(60), {}});
    must(StartLogin{Login{make_uuid7(), bob, false, make_uuid7(), {}, {}, "", 0, at(1), at(9)}});
    must(KeepReply{{{UserId{}, "anonymous", "f", 201, "", at(3)}, {}}});
  }

  /// Plants damage behind the store's back; referential checks do not stop it.
  void damage(const std::string& sql) {
    const bool postgres = GetParam() == Kind::postgres;
    database->run((postgres ? "SET session_replication_role = replica; " : "") + sql);
  }

  std::vector<std::string> findings(bool repair = false) {
    const auto result = store->check(repair);
    if (!result) return {"error: " + result.error().detail};
    std::vector<std::string> texts;
    for (const Finding& finding : result.value()) {
      texts.push_back(finding.text);
      all_repaired = all_repaired && finding.repaired;
    }
    return texts;
  }

  /// Expects that the damage is found, and, if `is_mended`, mended.
  void expect_found(const std::string& sql, const std::string& text, bool is_mended = true) {
    damage(sql);
    EXPECT_THAT(findings(), testing::Contains(HasSubstr(text))) << sql;
    EXPECT_FALSE(all_repaired);
    all_repaired = true;
    EXPECT_THAT(findings(true), testing::Contains(HasSubstr(text))) << sql;
    EXPECT_EQ(all_repaired, is_mended) << sql;
    all_repaired = true;
    if (is_mended) {
      EXPECT_THAT(findings(), IsEmpty()) << sql;
    } else {
      EXPECT_THAT(findings(), testing::Contains(HasSubstr(text))) << sql;
    }
  }

  std::string blob(const std::string& hex) const {
    return GetParam() == Kind::postgres ? "'\\x" + hex + "'" : "x'" + hex + "'";
  }

  UserId alice, bob;
  ConversationId talk;
  bool all_repaired = true;
};
CONFAB_ON_BOTH_STORES(Check);

TEST_P(Check, anOrdinaryDatabaseIsClean) {
  EXPECT_THAT(findings(), IsEmpty());
  EXPECT_THAT(findings(true), IsEmpty());
}

TEST_P(Check, aDatabaseAfterDeletionsIsClean) {
  DeleteMessages gone;
  gone.conversation = talk;
  gone.seqs = seqs({2, 3});
  gone.parents = {{Seq{1}, 1}};
  gone.roots = {{Seq{2}, MessageId{make_uuid7()}, Seq{1}}};
  gone.at = at(70);
  must(gone);
  const ConversationId other = add_conversation({alice});
  post(other, alice);
  must(DeleteConversation{other, at(71)});
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_P(Check, wrongCounters) {
  expect_found("UPDATE conversations SET message_count = 77",
               "conversation 1 counts 77 messages, but holds 5");
  EXPECT_EQ(snapshot(talk).conversation.message_count, 5U);
  expect_found("UPDATE conversations SET last_seq = 3",
               "conversation 1 has given out place 3 last, but holds message 5");
  EXPECT_EQ(snapshot(talk).conversation.last_seq, Seq{5});
  expect_found("UPDATE messages SET reply_count = 9 WHERE seq = 1",
               "message 1 of conversation 1 counts 9 replies");
  expect_found("UPDATE messages SET reply_count = 1 WHERE seq = 5",
               "message 5 of conversation 1 counts 1 replies");
}

TEST_P(Check, wrongTotals) {
  expect_found("UPDATE totals SET users = users + 1", "there are 2 accounts, but the totals say");
  expect_found("UPDATE totals SET conversations = conversations - 1",
               "there are 1 conversations, but the totals say");
  expect_found("UPDATE totals SET messages = messages + 3",
               "there are 5 messages, but the totals say 8");
  EXPECT_EQ(reader->totals().value().messages, 5);
}

TEST_P(Check, brokenThreads) {
  expect_found("UPDATE messages SET depth = 7 WHERE seq = 2",
               "message 2 of conversation 1 has depth 7");
  expect_found("UPDATE messages SET depth = 3 WHERE seq = 1",
               "message 1 of conversation 1 has depth 3");
  expect_found("UPDATE messages SET parent_id = " +
                   (GetParam() == Kind::sqlite ? "x'00112233445566778899aabbccddeeff'"
                                               : std::string("gen_random_uuid()")) +
                   " WHERE seq = 3",
               "message 3 of conversation 1 names another id");
  expect_found(
      "DELETE FROM messages WHERE seq = 2; "
      "UPDATE conversations SET message_count = message_count - 1",
      "message 3 of conversation 1 answers message 2, which is not there");
  expect_found("UPDATE messages SET parent_seq = 5 WHERE seq = 4",
               "message 4 of conversation 1 answers message 5, which is not there before it");
}

TEST_P(Check, orphans) {
  expect_found(
      "INSERT INTO members (conversation_id, user_id, joined_at, joined_after, has_left, "
      "read_set, dismissed_set) VALUES (99, 1, 1, 0, 0, '', '')",
      "user 1 is a member of conversation 99, which does not exist");
  expect_found(
      "INSERT INTO members (conversation_id, user_id, joined_at, joined_after, has_left, "
      "read_set, dismissed_set) VALUES (1, 99, 1, 0, 0, '', '')",
      "conversation 1 has user 99 as a member");
  expect_found("UPDATE conversations SET owner_id = 99", "conversation 1 belongs to user 99");
  EXPECT_EQ(snapshot(talk).conversation.owner, alice);
  expect_found("UPDATE revisions SET seq = 3", "there is a revision of message 3");
  expect_found("UPDATE logins SET user_id = 99", "user 99 is logged in 1 times");
  expect_found("UPDATE idempotency SET user_id = 99", "1 answers are kept for user 99");
  expect_found("UPDATE events SET subject_id = 99 WHERE kind = 4",
               "is about a user who does not exist");
  expect_found("UPDATE events SET conversation_id = 99 WHERE kind = 6",
               "is about conversation 99, which does not exist");
  expect_found("DELETE FROM messages WHERE seq = 5", "is about message 5 of conversation 1");
}

TEST_P(Check, messagesOfNobody) {
  expect_found("UPDATE messages SET sender_id = 99 WHERE seq = 5",
               "message 5 of conversation 1 was sent by user 99, who does not exist", false);
  damage("UPDATE messages SET sender_id = 1 WHERE seq = 5");
  expect_found("UPDATE messages SET receiver_id = 99 WHERE seq = 5",
               "message 5 of conversation 1 was sent to user 99, who does not exist", false);
}

TEST_P(Check, messagesOfNoConversation) {
  damage("UPDATE messages SET conversation_id = 50 WHERE seq = 5");
  const auto texts = findings(true);
  EXPECT_THAT(texts, testing::Contains(HasSubstr("message 5 is in conversation 50")));
  EXPECT_THAT(texts, testing::Contains(HasSubstr("counts 5 messages, but holds 4")));
  EXPECT_TRUE(all_repaired);
  EXPECT_THAT(findings(), IsEmpty());
}

TEST_P(Check, disorder) {
  expect_found(
      GetParam() == Kind::sqlite
          ? "UPDATE messages SET id = x'00112233445566778899aabbccddeeff' WHERE seq = 5"
          : "UPDATE messages SET id = '00112233-4455-6677-8899-aabbccddeeff' WHERE seq = 5",
      "message 5 of conversation 1 has an id from before", false);
}

TEST_P(Check, readSets) {
  expect_found("UPDATE members SET read_set = " + blob("0102030405060708") + " WHERE user_id = 1",
               "the set of read messages of user 1 in conversation 1 is damaged");
  must(SaveReadState{
      talk, bob, seq_set({1, 70}), seq_set({3, 70}), seq_set({1}), seq_set({1}), at(61), {}});
  const auto texts = findings(true);
  EXPECT_THAT(texts, testing::ElementsAre(
                         HasSubstr("read messages of user 2 in conversation 1 holds places"),
                         HasSubstr("dismissed messages of user 2 in conversation 1 holds places")));
  EXPECT_EQ(snapshot(talk).members.at(1).read, seq_set({1}));
  EXPECT_EQ(snapshot(talk).members.at(1).dismissed, seq_set({3}));
  EXPECT_THAT(findings(), IsEmpty());

  must(SaveReadState{talk, bob, seq_set({1}), {}, seq_set({1}), seq_set({1}), at(61), {}});
  expect_found("UPDATE members SET has_left = 1 WHERE user_id = 2",
               "read messages of user 2 in conversation 1 is kept although the member has left");
}

TEST_P(Check, conversationsOfNobody) {
  must(SaveReadState{talk, alice, {}, {}, seq_set({1}), seq_set({1}), at(61), {}});
  expect_found("UPDATE members SET has_left = 1", "nobody takes part in conversation 1");
  EXPECT_EQ(rows("messages"), 0U);
  EXPECT_EQ(rows("conversations"), 0U);
}

TEST_P(Check, words) {
  MessageFilter filter;
  filter.search = "root";
  if (GetParam() == Kind::sqlite) {
    expect_found("INSERT INTO message_words (message_words) VALUES ('delete-all')",
                 "message 1 of conversation 1 cannot be found by its words");
    expect_found("INSERT INTO message_words (rowid, words) VALUES (1 << 32 | 99, 'root')",
                 "words are kept of message 99 of conversation 1");
    expect_found("UPDATE messages SET content = 'other words' WHERE seq = 3",
                 "message 3 of conversation 1 is found by wrong words");
    expect_found("UPDATE counters SET value = 1 WHERE name = 'last_event'",
                 "event 1 is noted as the last");
  } else {
    expect_found("UPDATE messages SET words = NULL WHERE seq = 1",
                 "message 1 of conversation 1 cannot be found by its words");
  }
  EXPECT_EQ(reader->messages(filter, {}).value().count, 1U);
}

TEST_P(Check, severalAtOnceAreMendedTogether) {
  damage(
      "UPDATE conversations SET message_count = 9; UPDATE messages SET reply_count = 4; "
      "DELETE FROM messages WHERE seq = 1");
  EXPECT_GT(findings().size(), 4U);
  findings(true);
  all_repaired = true;
  EXPECT_THAT(findings(), IsEmpty());
}

}  // namespace
}  // namespace confab::storage::test
