#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <thread>

#include "tests/storage/cutting_proxy.hpp"
#include "tests/storage/store_fixture.hpp"

// What becomes of changes when PostgreSQL ends the connection under them.

namespace confab::storage::test {
namespace {

constexpr const char* kKillWriter =
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE application_name = 'confab-writer' AND datname = current_database()";
constexpr const char* kKillReader =
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE application_name = 'confab-reader' AND datname = current_database()";

class ConnectionLoss : public testing::Test, public StoreFixture {
 protected:
  ConnectionLoss() : StoreFixture(Kind::postgres) {}
};

TEST_F(ConnectionLoss, aReaderReconnects) {
  const UserId alice = add_user("alice");
  const ConversationId talk = add_conversation({alice});
  post(talk, alice);
  for (int i = 0; i < 3; ++i) {
    database->run(kKillReader);
    EXPECT_TRUE(reader->user(alice));
    database->run(kKillReader);
    EXPECT_EQ(reader->conversation(talk, 5).value().newest.size(), 1U);
    database->run(kKillReader);
    EXPECT_EQ(reader->users(UserFilter{}, {}).value().count, 1U);
  }
}

TEST_F(ConnectionLoss, aWriterReconnects) {
  for (int i = 0; i < 5; ++i) {
    database->run(kKillWriter);
    add_user("user" + std::to_string(i));
  }
  EXPECT_EQ(rows("users"), 5U);
}

TEST_F(ConnectionLoss, killsInTheMiddleLoseAndDoubleNothing) {
  const UserId alice = add_user("alice");
  std::vector<ConversationId> talks;
  for (int i = 0; i < 8; ++i) talks.push_back(add_conversation({alice}));

  std::atomic<std::uint32_t> rounds{0};
  std::atomic<int> kills{0};
  std::jthread killer([&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      if (database->value(kKillWriter) == "t") ++kills;
      // At most one a round: a writer that gets nowhere loses its patience.
      const std::uint32_t done = rounds;
      do {
        std::this_thread::sleep_for(std::chrono::milliseconds(1 + kills % 30));
      } while (rounds == done && !stop.stop_requested());
    }
  });

  constexpr std::uint32_t kLeastRounds = 300;
  constexpr int kLeastKills = 11;
  std::uint64_t acknowledged = 0;
  std::uint64_t users = 1;
  Timestamp last_seen;
  Message message;
  message.sender = alice;
  message.content = "text";
  message.timestamp = at(5);
  while (rounds < kLeastRounds || kills < kLeastKills) {
    const std::uint32_t round = rounds + 1;
    std::vector<Change> changes;
    for (const ConversationId talk : talks) {
      message.id = MessageId{make_uuid7()};
      message.conversation = talk;
      message.seq = Seq{round};
      PendingReply reply{{alice, to_string(message.id.value), "f", 201, "", at(5)}, {}};
      changes.push_back(PostMessage{message, reply});
    }
    // Posts alone go along with their COMMIT. Of these nothing but the writer's ticket tells
    // whether they took effect.
    if (round % 2 == 0) {
      changes.push_back(InsertUser{make_user("user" + std::to_string(round)), {}});
      changes.push_back(TouchUser{alice, at(static_cast<int>(round))});
      last_seen = at(static_cast<int>(round));
      ++users;
    }
    for (const auto& result : writer->commit(changes)) {
      ASSERT_TRUE(result) << to_string(result.error().code) << ": " << result.error().detail;
    }
    acknowledged += talks.size();
    ++rounds;
  }
  killer.request_stop();
  killer.join();

  const std::uint32_t last = rounds;
  EXPECT_EQ(rows("messages"), acknowledged);
  EXPECT_EQ(rows("idempotency"), acknowledged);
  EXPECT_EQ(rows("users"), users);
  EXPECT_EQ(database->value("SELECT count(*) FROM events WHERE kind = 1"),
            std::to_string(acknowledged));
  for (const ConversationId talk : talks) {
    const Conversation found = snapshot(talk).conversation;
    EXPECT_EQ(found.last_seq, Seq{last});
    EXPECT_EQ(found.message_count, last);
  }
  EXPECT_EQ(reader->user(alice).value().last_seen, last_seen);
}

TEST_F(ConnectionLoss, aLostAnswerToCommitIsSettledByTheTicket) {
  // A trigger that is run at COMMIT ends the backend: the client must find out that the transaction
  // did not take effect. What a sequence has counted is not rolled back.
  const UserId alice = add_user("alice");
  database->run(
      "CREATE SEQUENCE deaths; "
      "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
      "IF nextval('deaths') <= 3 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; "
      "RETURN NULL; END $$; "
      "CREATE CONSTRAINT TRIGGER die AFTER INSERT ON users DEFERRABLE INITIALLY DEFERRED "
      "FOR EACH ROW EXECUTE FUNCTION die()");
  const std::vector<Change> one{InsertUser{make_user("bob"), {}}};
  const auto results = writer->commit(one);
  EXPECT_EQ(database->value("SELECT last_value FROM deaths"), "4");
  ASSERT_TRUE(results[0]);
  EXPECT_EQ(rows("users"), 2U);
  EXPECT_TRUE(reader->user(UserId{results[0].value().id}));
  EXPECT_TRUE(reader->user(alice));
}

/// A writer whose connection goes through a proxy.
class CutConnection : public ConnectionLoss {
 protected:
  void SetUp() override {
    PostgresAddress address = address_of(*database);
    ASSERT_TRUE(address.host.starts_with('/')) << "the proxy needs the server's Unix socket";
    const std::string port = address.port.empty() ? "5432" : address.port;
    ASSERT_NE(mkdtemp(directory_.data()), nullptr);
    proxy.emplace(directory_, 18'400, address.host + "/.s.PGSQL." + port);
    address.host = directory_;
    address.port = "18400";
    store_ = std::move(open_postgres(address)).value();
    distant = std::move(store_->open_writer()).value();
  }

  void TearDown() override {
    distant.reset();
    store_.reset();
    std::filesystem::remove_all(directory_);
  }

  std::vector<Change> post_and_reply(ConversationId talk, UserId sender) {
    const Message post = next_message(talk, sender, "post");
    Message reply = next_message(talk, sender, "reply");
    reply.seq = Seq{post.seq.value + 1};
    reply.parent = post.seq;
    reply.parent_id = post.id;
    return {PostMessage{post, {}}, PostMessage{reply, {}}};
  }

  std::optional<CuttingProxy> proxy;
  std::unique_ptr<Writer> distant;

 private:
  std::string directory_ = testing::TempDir() + "confab-proxy-XXXXXX";
  std::unique_ptr<Store> store_;
};

/// In which way the proxy cuts the connection at a COMMIT.
CuttingProxy::Cut cut_of(std::uint32_t round) {
  return round % 2 == 0 ? CuttingProxy::Cut::answer : CuttingProxy::Cut::request;
}

TEST_F(CutConnection, aCutAtCommitNeitherLosesNorDoubles) {
  const UserId alice = add_user("alice");
  const ConversationId talk = add_conversation({alice});
  int cuts = 0;
  for (std::uint32_t round = 1; round <= 20; ++round) {
    proxy->cut_next_commit(cut_of(round));
    const std::vector<Change> changes{
        PostMessage{next_message(talk, alice, "text"), {}},
        InsertUser{make_user("user" + std::to_string(round)), {}},
        InsertUser{make_user("user" + std::to_string(round)), {}},  // taken
    };
    const auto results = distant->commit(changes);
    ASSERT_TRUE(results[0]) << results[0].error().detail;
    ASSERT_TRUE(results[1]) << results[1].error().detail;
    ASSERT_FALSE(results[2]);
    EXPECT_EQ(proxy->cuts(), ++cuts);
    EXPECT_EQ(snapshot(talk).conversation.last_seq, Seq{round});
    EXPECT_EQ(rows("users"), round + 1);
    EXPECT_EQ(reader->user(UserId{results[1].value().id}).value().username,
              "user" + std::to_string(round));
  }
}

TEST_F(CutConnection, aCutAtTheCommitOfPostsNeitherLosesNorDoubles) {
  const UserId alice = add_user("alice");
  const ConversationId talk = add_conversation({alice});
  for (std::uint32_t round = 1; round <= 20; ++round) {
    proxy->cut_next_commit(cut_of(round));
    for (const auto& result : distant->commit(post_and_reply(talk, alice))) {
      ASSERT_TRUE(result) << result.error().detail;
    }
    EXPECT_EQ(proxy->cuts(), static_cast<int>(round));
    EXPECT_EQ(rows("messages"), 2 * round);
    EXPECT_EQ(snapshot(talk).conversation.last_seq, Seq{2 * round});
  }
}

TEST_F(CutConnection, whatArrivesAfterItWasRunAgainChangesNothing) {
  const UserId alice = add_user("alice");
  const ConversationId talk = add_conversation({alice});
  for (std::uint32_t round = 1; round <= 3; ++round) {
    proxy->cut_next_commit(CuttingProxy::Cut::late);
    for (const auto& result : distant->commit(post_and_reply(talk, alice))) {
      EXPECT_TRUE(result) << result.error().detail;
    }
    proxy->deliver_late();
    EXPECT_EQ(proxy->cuts(), static_cast<int>(round));
    EXPECT_EQ(rows("messages"), 2 * round);
    EXPECT_EQ(rows("events"), 1 + 2 * round) << "and one of the conversation";
  }
}

TEST_F(CutConnection, whatArrivesAfterItWasGivenUpChangesNothing) {
  const UserId alice = add_user("alice");
  const UserId bob = add_user("bob");
  const ConversationId talk = add_conversation({alice, bob});
  post(talk, alice);
  post(talk, alice);
  const auto save = [&](const SeqSet& read) {
    const std::vector<Change> change{SaveReadState{talk, bob, read, {}, read, {}, at(9), {}}};
    return distant->commit(change).front();
  };
  proxy->cut_next_commit(CuttingProxy::Cut::late);
  proxy->refuse(true);
  EXPECT_EQ(save(seq_set({1})).error().code, ErrorCode::storage_unavailable);
  proxy->refuse(false);
  EXPECT_TRUE(save(seq_set({1, 2})));
  proxy->deliver_late();
  EXPECT_EQ(snapshot(talk).members.back().read, seq_set({1, 2}));
}

TEST_F(CutConnection, whatTookEffectAfterItWasGivenUpIsKnownToTheNext) {
  const UserId alice = add_user("alice");
  const ConversationId talk = add_conversation({alice});
  proxy->cut_next_commit(CuttingProxy::Cut::late);
  proxy->refuse(true);
  EXPECT_FALSE(distant->commit(post_and_reply(talk, alice)).front());
  proxy->deliver_late();
  EXPECT_EQ(rows("messages"), 2U);
  proxy->refuse(false);
  for (const auto& result : distant->commit(post_and_reply(talk, alice))) EXPECT_TRUE(result);
  EXPECT_EQ(rows("messages"), 4U);
}

TEST_F(CutConnection, aGroupOfPostsIsOneRoundTrip) {
  const UserId alice = add_user("alice");
  const std::vector<Change> changes = post_and_reply(add_conversation({alice}), alice);
  const int before = proxy->round_trips();
  for (const auto& result : distant->commit(changes)) EXPECT_TRUE(result);
  EXPECT_EQ(proxy->round_trips() - before, 1);
  EXPECT_EQ(rows("messages"), 2U);
}

TEST_F(ConnectionLoss, withoutADatabaseEverythingIsUnavailable) {
  const UserId alice = add_user("alice");
  database->run(std::string("UPDATE pg_database SET datallowconn = false "
                            "WHERE datname = current_database(); ") +
                kKillWriter + "; " + kKillReader);
  const std::vector<Change> changes{TouchUser{alice, at(1)}, TouchUser{alice, at(2)}};
  for (const auto& result : writer->commit(changes)) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::storage_unavailable);
  }
  EXPECT_EQ(reader->user(alice).error().code, ErrorCode::storage_unavailable);
}

TEST(PostgresStore, anUnreachableServerIsSaid) {
  const auto store = open_postgres({"confab", "confab", "secret word", "127.0.0.1", "18499"});
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code, ErrorCode::storage_unavailable);
  EXPECT_THAT(store.error().detail, testing::HasSubstr("18499"));
  EXPECT_THAT(store.error().detail, testing::Not(testing::HasSubstr("secret")));
}

}  // namespace
}  // namespace confab::storage::test
