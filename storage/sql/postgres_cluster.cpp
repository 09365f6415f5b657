#include "storage/sql/postgres_cluster.hpp"

#include <utility>

#include "storage/sql/errors.hpp"

namespace confab::storage {

namespace {

// An arbitrary number that no other program is likely to use.
constexpr std::string_view kPartingLock = "SELECT pg_advisory_xact_lock(4026621)";

#define CONFAB_DEAD "3"
static_assert(static_cast<int>(NodeState::dead) == 3);

std::vector<ClusterNode> read_nodes(Session& session) {
  std::vector<ClusterNode> nodes;
  session.each<Uuid, std::int64_t, std::string, std::string, std::string, Timestamp, NodeState,
               std::int64_t>(
      "SELECT node_id, ordinal, name, address, build, started_at, state, heartbeats "
      "FROM cluster_node ORDER BY ordinal",
      [&](Uuid id, std::int64_t ordinal, std::string name, std::string address, std::string build,
          Timestamp started_at, NodeState state, std::int64_t heartbeats) {
        nodes.push_back({NodeId{id}, ordinal, std::move(name), std::move(address), std::move(build),
                         started_at, state, heartbeats});
      });
  return nodes;
}

std::vector<ShardOwner> read_shards(Session& session) {
  std::vector<ShardOwner> shards(kShards);
  session.each<ShardIndex, Uuid, std::int64_t>(
      "SELECT shard_id, owner, epoch FROM shard",
      [&](ShardIndex shard, Uuid owner, std::int64_t epoch) {
        if (shard < kShards) shards[shard] = {NodeId{owner}, epoch};
      });
  return shards;
}

std::vector<BrokenLink> read_links(Session& session) {
  std::vector<BrokenLink> links;
  session.each<Uuid, Uuid>("SELECT observer, subject FROM peer_down",
                           [&](Uuid observer, Uuid subject) {
                             links.push_back({NodeId{observer}, NodeId{subject}});
                           });
  return links;
}

/// What has been committed by transactions from `after` on.
std::set<TransactionNotice> read_notices(Session& session, const std::string& after) {
  std::set<TransactionNotice> notices;
  session.each<std::int64_t, UserId, std::optional<Uuid>>(
      "SELECT CAST(CAST(txid AS text) AS bigint), user_id, login_id FROM account_notice "
      "WHERE txid >= CAST(:after AS xid8)",
      [&](std::int64_t transaction, UserId user, std::optional<Uuid> login) {
        notices.emplace(transaction, user, login);
      },
      after);
  return notices;
}

std::vector<AccountNotice> new_ones(const std::set<TransactionNotice>& notices,
                                    const std::set<TransactionNotice>& told) {
  std::vector<AccountNotice> fresh;
  for (const TransactionNotice& notice : notices) {
    if (!told.contains(notice)) fresh.push_back({std::get<1>(notice), std::get<2>(notice)});
  }
  return fresh;
}

}  // namespace

template <class F>
auto PostgresCluster::with_session(F&& f) -> decltype(f(std::declval<Session&>())) {
  try {
    if (session_ == nullptr) session_ = connect_postgres(address_, PostgresRole::cluster);
    return f(*session_);
  } catch (const soci::soci_error& error) {
    // Whatever it was: what was open on the connection goes with it.
    session_.reset();
    return fail(ErrorCode::storage_unavailable, error.get_error_message());
  }
}

Result<bool> PostgresCluster::join(const ClusterNode& node) {
  return with_session([&](Session& session) -> Result<bool> {
    session.execute(
        "INSERT INTO cluster_node (node_id, name, address, build, started_at, state, heartbeats) "
        "VALUES ({uuid :id}, :name, :address, :build, :started_at, 0, 0)",
        node.id.value, node.name, node.address, node.build, node.started_at);
    return true;
  });
}

Result<bool> PostgresCluster::heartbeat(NodeId self) {
  return with_session([&](Session& session) -> Result<bool> {
    return session.execute(
               "UPDATE cluster_node SET heartbeats = heartbeats + 1, "
               "noticed = CAST(:noticed AS xid8) "
               "WHERE node_id = {uuid :self} AND state <> " CONFAB_DEAD,
               noticed_up_to_.value_or("0"), self.value) == 1;
  });
}

Result<ClusterView> PostgresCluster::look() {
  return with_session([&](Session& session) -> Result<ClusterView> {
    ClusterView view;
    view.nodes = read_nodes(session);
    view.shards = read_shards(session);
    view.broken = read_links(session);
    const auto horizon =
        session.value<std::string>("SELECT CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text)");
    if (noticed_up_to_) {
      // Told at once, though an older transaction may still bring others: it may run for long.
      std::set<TransactionNotice> notices = read_notices(session, *noticed_up_to_);
      view.notices = new_ones(notices, told_);
      told_ = std::move(notices);
    }
    noticed_up_to_ = horizon;
    return view;
  });
}

Result<bool> PostgresCluster::declare_dead(NodeId node, std::int64_t heartbeats) {
  return with_session([&](Session& session) -> Result<bool> {
    return session.execute(
               "UPDATE cluster_node SET state = " CONFAB_DEAD
               " WHERE node_id = {uuid :node} AND heartbeats = :seen AND state <> " CONFAB_DEAD,
               node.value, heartbeats) == 1;
  });
}

Result<std::optional<std::int64_t>> PostgresCluster::claim(NodeId self, ShardIndex shard,
                                                           std::int64_t epoch) {
  return with_session([&](Session& session) -> Result<std::optional<std::int64_t>> {
    return session.value<std::int64_t>(
        "UPDATE shard SET owner = {uuid :self}, epoch = epoch + 1 "
        "WHERE shard_id = :shard AND epoch = :seen "
        "AND (owner IS NULL OR EXISTS (SELECT 1 FROM cluster_node n "
        "WHERE n.node_id = owner AND n.state = " CONFAB_DEAD
        ")) AND EXISTS (SELECT 1 FROM cluster_node n "
        "WHERE n.node_id = {uuid :me} AND n.state = 1) RETURNING epoch",
        self.value, shard, epoch, self.value);
  });
}

Result<bool> PostgresCluster::release(NodeId self, Fence fence) {
  return with_session([&](Session& session) -> Result<bool> {
    return session.execute(
               "UPDATE shard SET owner = NULL, epoch = epoch + 1 "
               "WHERE shard_id = :shard AND owner = {uuid :self} AND epoch = :epoch",
               fence.shard, self.value, fence.epoch) == 1;
  });
}

Result<bool> PostgresCluster::become_up(NodeId self) {
  return with_session([&](Session& session) -> Result<bool> {
    return session.execute(
               "UPDATE cluster_node SET state = 1 WHERE node_id = {uuid :self} AND state = 0",
               self.value) == 1;
  });
}

Result<bool> PostgresCluster::mark_leaving(NodeId self) {
  return with_session([&](Session& session) -> Result<bool> {
    return session.execute(
               "UPDATE cluster_node SET state = 2 WHERE node_id = {uuid :self} AND state < 2",
               self.value) == 1;
  });
}

Result<bool> PostgresCluster::end(NodeId self) {
  return with_session([&](Session& session) -> Result<bool> {
    return session.execute("UPDATE cluster_node SET state = " CONFAB_DEAD
                           " WHERE node_id = {uuid :self} AND state <> " CONFAB_DEAD,
                           self.value) == 1;
  });
}

Result<bool> PostgresCluster::report_link(BrokenLink link, bool is_broken) {
  return with_session([&](Session& session) -> Result<bool> {
    if (is_broken) {
      return session.execute(
                 "INSERT INTO peer_down (observer, subject) "
                 "VALUES ({uuid :observer}, {uuid :subject}) ON CONFLICT DO NOTHING",
                 link.observer.value, link.subject.value) == 1;
    }
    return session.execute(
               "DELETE FROM peer_down "
               "WHERE observer = {uuid :observer} AND subject = {uuid :subject}",
               link.observer.value, link.subject.value) == 1;
  });
}

Result<std::vector<NodeId>> PostgresCluster::part(const Choose& choose) {
  return with_session([&](Session& session) -> Result<std::vector<NodeId>> {
    session.script("BEGIN");
    session.script(std::string(kPartingLock));
    std::vector<ClusterNode> nodes = read_nodes(session);
    const std::vector<BrokenLink> links = read_links(session);
    std::vector<NodeId> parted;
    while (const auto chosen = choose(nodes, links)) {
      session.execute("UPDATE cluster_node SET state = " CONFAB_DEAD
                      " WHERE node_id = {uuid :chosen}",
                      chosen->value);
      for (ClusterNode& node : nodes) {
        if (node.id == *chosen) node.state = NodeState::dead;
      }
      parted.push_back(*chosen);
    }
    session.script("COMMIT");
    return parted;
  });
}

Result<bool> PostgresCluster::forget_old() {
  return with_session([&](Session& session) -> Result<bool> {
    session.execute(
        "DELETE FROM account_notice "
        "WHERE txid < (SELECT min(noticed) FROM cluster_node WHERE state <> " CONFAB_DEAD ")");
    session.execute(
        "DELETE FROM peer_down p WHERE EXISTS (SELECT 1 FROM cluster_node n "
        "WHERE n.node_id IN (p.observer, p.subject) AND n.state = " CONFAB_DEAD ")");
    session.execute("DELETE FROM cluster_node n WHERE n.state = " CONFAB_DEAD
                    " AND NOT EXISTS (SELECT 1 FROM shard s WHERE s.owner = n.node_id)");
    return true;
  });
}

#undef CONFAB_DEAD

}  // namespace confab::storage
