#include <atomic>
#include <thread>

#include "tests/storage/slow_transaction.hpp"
#include "tests/storage/store_fixture.hpp"

namespace confab::storage::test {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

ClusterNode row_of(NodeId id, const std::string& name) {
  ClusterNode node;
  node.id = id;
  node.name = name;
  node.address = name + ":7000";
  node.build = "test";
  node.started_at = at(1);
  return node;
}

/// Two nodes that are up on one PostgreSQL database.
class Cluster : public testing::Test, public StoreFixture {
 protected:
  Cluster() : StoreFixture(Kind::postgres), alice(add_user("alice")) {
    talk = add_conversation({alice});
    for (const auto& [node, name] : {std::pair(&first, "one"), std::pair(&second, "two")}) {
      node->store = std::move(store->open_cluster().value());
      EXPECT_TRUE(node->store->join(row_of(node->id, name)).value());
      EXPECT_TRUE(node->store->become_up(node->id).value());
      node->writer = std::move(store->open_writer(node->id).value());
    }
  }

  struct Node {
    NodeId id{make_uuid4()};
    std::unique_ptr<ClusterStore> store;
    std::unique_ptr<Writer> writer;

    std::optional<std::int64_t> claim(ShardIndex shard, std::int64_t seen) const {
      return store->claim(id, shard, seen).value();
    }
    ErrorCode write(const Change& change, const Fences& fences) const {
      const auto results = writer->commit(std::span(&change, 1), std::span(&fences, 1));
      return results[0] ? ErrorCode{} : results[0].error().code;
    }
  };

  PostMessage next_post(std::uint32_t seq) {
    Message message = next_message(talk, alice, "hello");
    message.seq = Seq{seq};
    return {message, {}};
  }

  /// The first node dies and the second takes its shard over.
  std::int64_t take_over(ShardIndex shard, std::int64_t epoch) {
    EXPECT_TRUE(second.store->declare_dead(first.id, heartbeats_of(first.id)).value());
    return second.claim(shard, epoch).value_or(0);
  }

  std::int64_t heartbeats_of(NodeId id) {
    const ClusterView view = second.store->look().value();
    for (const ClusterNode& node : view.nodes) {
      if (node.id == id) return node.heartbeats;
    }
    return -1;
  }

  UserId alice;
  ConversationId talk;
  Node first;
  Node second;
};

TEST_F(Cluster, aNodeJoinsBeatsLeavesAndEnds) {
  Node third;
  third.store = std::move(store->open_cluster().value());
  EXPECT_FALSE(third.store->heartbeat(third.id).value()) << "not there yet";
  EXPECT_TRUE(third.store->join(row_of(third.id, "three")).value());
  EXPECT_TRUE(third.store->heartbeat(third.id).value());
  EXPECT_EQ(third.claim(1, 0), std::nullopt) << "only joining";
  EXPECT_TRUE(third.store->become_up(third.id).value());
  EXPECT_FALSE(third.store->become_up(third.id).value());

  const ClusterView view = first.store->look().value();
  ASSERT_THAT(view.nodes, SizeIs(3));
  EXPECT_EQ(view.nodes[2].id, third.id);
  EXPECT_EQ(view.nodes[2].name, "three");
  EXPECT_EQ(view.nodes[2].state, NodeState::up);
  EXPECT_EQ(view.nodes[2].heartbeats, 1);
  EXPECT_LT(view.nodes[1].ordinal, view.nodes[2].ordinal);

  EXPECT_TRUE(third.store->mark_leaving(third.id).value());
  EXPECT_EQ(third.claim(1, 0), std::nullopt);
  EXPECT_TRUE(third.store->end(third.id).value());
  EXPECT_FALSE(third.store->heartbeat(third.id).value());
  EXPECT_TRUE(first.store->forget_old().value());
  EXPECT_THAT(first.store->look().value().nodes, SizeIs(2));
}

TEST_F(Cluster, aHeartbeatSavesANodeFromBeingDeclaredDead) {
  const std::int64_t seen = heartbeats_of(first.id);
  EXPECT_TRUE(first.store->heartbeat(first.id).value());
  EXPECT_FALSE(second.store->declare_dead(first.id, seen).value());
  EXPECT_TRUE(second.store->declare_dead(first.id, seen + 1).value());
  EXPECT_FALSE(first.store->heartbeat(first.id).value());
}

TEST_F(Cluster, aShardIsTakenOnlyFromNobodyOrTheDead) {
  EXPECT_EQ(first.claim(7, 0), 1);
  EXPECT_EQ(second.claim(7, 0), std::nullopt) << "an old epoch";
  EXPECT_EQ(second.claim(7, 1), std::nullopt) << "its owner lives";
  EXPECT_EQ(take_over(7, 1), 2);
  EXPECT_FALSE(first.store->release(first.id, {7, 1}).value());
  EXPECT_TRUE(second.store->release(second.id, {7, 2}).value());
  const ShardOwner row = second.store->look().value().shards[7];
  EXPECT_EQ(row.owner, NodeId{});
  EXPECT_EQ(row.epoch, 3);
}

TEST_F(Cluster, ofManyWhoClaimAtOnceOneWins) {
  for (ShardIndex shard = 0; shard < 20; ++shard) {
    std::atomic<int> winners{0};
    std::atomic<int> ready{0};
    auto run = [&](const Node& node) {
      ++ready;
      while (ready < 2) std::this_thread::yield();
      if (node.claim(shard, 0)) ++winners;
    };
    std::thread other([&] { run(second); });
    run(first);
    other.join();
    EXPECT_EQ(winners, 1) << shard;
  }
}

TEST_F(Cluster, onlyTheOwnerInItsEpochWrites) {
  ASSERT_EQ(first.claim(7, 0), 1);
  EXPECT_EQ(first.write(next_post(1), {{7, 1}}), ErrorCode{});
  EXPECT_EQ(second.write(next_post(2), {{7, 9}}), ErrorCode::shard_lost);
  EXPECT_EQ(first.write(next_post(2), {{7, 2}}), ErrorCode::shard_lost);
  EXPECT_EQ(first.write(next_post(2), {{8, 1}}), ErrorCode::shard_lost);
  ASSERT_EQ(take_over(7, 1), 2);
  EXPECT_EQ(first.write(next_post(2), {{7, 1}}), ErrorCode::shard_lost);
  EXPECT_EQ(second.write(next_post(2), {{7, 2}}), ErrorCode{});
  EXPECT_EQ(snapshot(talk).live, seq_set({1, 2}));
}

TEST_F(Cluster, aLostShardTakesOnlyItsOwnChangesAlong) {
  const ConversationId other = add_conversation({alice});
  ASSERT_EQ(first.claim(7, 0), 1);
  ASSERT_EQ(first.claim(9, 0), 1);
  Message elsewhere = next_message(other, alice, "kept");
  const std::vector<Change> changes{next_post(1), PostMessage{elsewhere, {}}, next_post(2),
                                    UpdateConversation{talk, "lost", alice, at(9)},
                                    TouchUser{alice, at(77)}};
  const std::vector<Fences> fences{{{7, 5}}, {{9, 1}}, {{7, 5}}, {{7, 5}}, {}};
  const auto results = first.writer->commit(changes, fences);
  for (const std::size_t lost : {0U, 2U, 3U}) {
    ASSERT_FALSE(results[lost]) << lost;
    EXPECT_EQ(results[lost].error().code, ErrorCode::shard_lost) << lost;
  }
  EXPECT_TRUE(results[1]);
  EXPECT_TRUE(results[4]);
  EXPECT_EQ(snapshot(talk).live, seq_set({}));
  EXPECT_EQ(snapshot(other).live, seq_set({1}));
}

TEST_F(Cluster, aGroupIsWrittenOnlyIfAllItsShardsAreStillOwned) {
  const ConversationId other = add_conversation({alice});
  ASSERT_EQ(first.claim(7, 0), 1);
  ASSERT_EQ(second.claim(9, 0), 1);
  const Message elsewhere = next_message(other, alice, "kept");
  const ChangeGroup both{{next_post(1), PostMessage{elsewhere, {}}}};
  EXPECT_EQ(first.write(both, {{7, 1}, {9, 2}}), ErrorCode::shard_lost);
  EXPECT_EQ(snapshot(talk).live, seq_set({}));
  EXPECT_EQ(snapshot(other).live, seq_set({}));
  EXPECT_EQ(first.write(both, {{7, 1}, {9, 1}}), ErrorCode{});
  EXPECT_EQ(snapshot(talk).live, seq_set({1}));
  EXPECT_EQ(snapshot(other).live, seq_set({1}));
}

TEST_F(Cluster, anOldOwnershipDoesNotHideBehindANewOne) {
  ASSERT_EQ(first.claim(7, 0), 1);
  ASSERT_TRUE(first.store->release(first.id, {7, 1}).value());
  ASSERT_EQ(first.claim(7, 2), 3);
  const std::vector<Change> changes{next_post(1), next_post(1)};
  const auto results = first.writer->commit(changes, std::vector<Fences>{{{7, 1}}, {{7, 3}}});
  EXPECT_EQ(results[0].error().code, ErrorCode::shard_lost);
  EXPECT_TRUE(results[1]);
}

TEST_F(Cluster, aDeadNodeWritesNothingAtAll) {
  ASSERT_TRUE(second.store->declare_dead(first.id, heartbeats_of(first.id)).value());
  EXPECT_EQ(first.write(TouchUser{alice, at(77)}, {}), ErrorCode::shard_lost);
  EXPECT_EQ(second.write(TouchUser{alice, at(78)}, {}), ErrorCode{});
  EXPECT_EQ(reader->user(alice).value().last_seen, at(78));
}

TEST_F(Cluster, aClaimWaitsForWritesUnderWay) {
  ASSERT_EQ(first.claim(7, 0), 1);
  ASSERT_TRUE(second.store->declare_dead(first.id, heartbeats_of(first.id)).value());
  database->run("CREATE TABLE held (id int); INSERT INTO held VALUES (1);");
  // A writer that has its fence, and writes only when somebody waits for it.
  std::thread holder([&] {
    database->run(
        "BEGIN; SELECT 1 FROM shard WHERE shard_id = 7 AND epoch = 1 FOR SHARE; "
        "SELECT pg_advisory_xact_lock(77); "
        "DO $$ BEGIN FOR i IN 1..6000 LOOP "
        "EXIT WHEN EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted "
        "AND pg_backend_pid() = ANY(pg_blocking_pids(pid))); "
        "PERFORM pg_sleep(0.01); END LOOP; END $$; "
        "UPDATE held SET id = 2; COMMIT");
  });
  while (database->value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND "
                         "objid = 77") == "0") {
    std::this_thread::yield();
  }
  EXPECT_EQ(second.claim(7, 1), 2);
  EXPECT_EQ(database->value("SELECT id FROM held"), "2") << "the claim came before the write";
  holder.join();
}

TEST_F(Cluster, partsWithNodesUntilAllAreConnected) {
  EXPECT_TRUE(first.store->report_link({first.id, second.id}, true).value());
  EXPECT_FALSE(first.store->report_link({first.id, second.id}, true).value()) << "known";
  EXPECT_THAT(second.store->look().value().broken, ElementsAre(BrokenLink{first.id, second.id}));
  const auto parted =
      first.store->part([&](const std::vector<ClusterNode>& nodes,
                            const std::vector<BrokenLink>& broken) -> std::optional<NodeId> {
        EXPECT_THAT(broken, SizeIs(1));
        return nodes[1].state == NodeState::dead ? std::nullopt : std::optional(nodes[1].id);
      });
  EXPECT_THAT(parted.value(), ElementsAre(second.id));
  EXPECT_FALSE(second.store->heartbeat(second.id).value());
  EXPECT_TRUE(first.store->forget_old().value());
  EXPECT_THAT(first.store->look().value().broken, SizeIs(0));
}

TEST_F(Cluster, changesOfAccountsAreNoticedOnce) {
  const UserId bob = add_user("bob");
  Login login;
  login.id = make_uuid4();
  login.user = alice;
  login.expires_at = at(99);
  must(StartLogin{login});
  EXPECT_THAT(first.store->look().value().notices, SizeIs(0));
  User renamed = reader->user(bob).value();
  renamed.username = "robert";
  must(UpdateUser{renamed});
  must(TouchUser{alice, at(5)});
  must(EndLogin{login.id});
  const std::vector<AccountNotice> notices = first.store->look().value().notices;
  ASSERT_THAT(notices, SizeIs(2));
  EXPECT_EQ(notices[0].user, bob);
  EXPECT_EQ(notices[0].ended_login, std::nullopt);
  EXPECT_EQ(notices[1].user, alice);
  EXPECT_EQ(notices[1].ended_login, login.id);
  EXPECT_THAT(first.store->look().value().notices, SizeIs(0));
}

TEST_F(Cluster, aNoticeDoesNotWaitForAnOlderTransaction) {
  EXPECT_TRUE(first.store->look().has_value());
  SlowTransaction older(address_of(*database));
  older.run("BEGIN; CREATE TABLE something (id integer)");
  User renamed = reader->user(alice).value();
  renamed.username = "alicia";
  must(UpdateUser{renamed});
  EXPECT_THAT(first.store->look().value().notices, SizeIs(1));
  EXPECT_THAT(first.store->look().value().notices, SizeIs(0)) << "told already";
  older.run("COMMIT");
  EXPECT_THAT(first.store->look().value().notices, SizeIs(0));
}

TEST_F(Cluster, aNoticeIsKeptUntilEveryNodeHasReadIt) {
  for (const Node* node : {&first, &second}) {
    EXPECT_TRUE(node->store->look().has_value());
    EXPECT_TRUE(node->store->heartbeat(node->id).value());
  }
  User renamed = reader->user(alice).value();
  renamed.username = "alicia";
  must(UpdateUser{renamed});
  EXPECT_THAT(first.store->look().value().notices, SizeIs(1));
  EXPECT_TRUE(first.store->heartbeat(first.id).value());
  EXPECT_TRUE(first.store->forget_old().value());
  EXPECT_THAT(second.store->look().value().notices, SizeIs(1));
  EXPECT_TRUE(second.store->heartbeat(second.id).value());
  EXPECT_TRUE(first.store->forget_old().value());
  EXPECT_EQ(rows("account_notice"), 0U);
}

TEST(ClusterOnSqlite, isRefused) {
  StoreFixture fixture(Kind::sqlite);
  EXPECT_EQ(fixture.store->open_cluster().error().code, ErrorCode::internal);
}

}  // namespace
}  // namespace confab::storage::test
