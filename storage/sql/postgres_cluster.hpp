#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "storage/cluster_store.hpp"
#include "storage/sql/postgres_connection.hpp"

namespace confab::storage {

/// The transaction, and what its AccountNotice holds.
using TransactionNotice = std::tuple<std::int64_t, UserId, std::optional<Uuid>>;

class PostgresCluster final : public ClusterStore {
 public:
  explicit PostgresCluster(PostgresAddress address) : address_(std::move(address)) {}

  Result<bool> join(const ClusterNode& node) override;
  Result<bool> heartbeat(NodeId self) override;
  Result<ClusterView> look() override;
  Result<bool> declare_dead(NodeId node, std::int64_t heartbeats) override;
  Result<std::optional<std::int64_t>> claim(NodeId self, ShardIndex shard,
                                            std::int64_t epoch) override;
  Result<bool> release(NodeId self, Fence fence) override;
  Result<bool> become_up(NodeId self) override;
  Result<bool> mark_leaving(NodeId self) override;
  Result<bool> end(NodeId self) override;
  Result<bool> report_link(BrokenLink link, bool is_broken) override;
  Result<std::vector<NodeId>> part(const Choose& choose) override;
  Result<bool> forget_old() override;

 private:
  /// Calls f(session), connecting if need be. After an error the connection is given up.
  template <class F>
  auto with_session(F&& f) -> decltype(f(std::declval<Session&>()));

  PostgresAddress address_;
  std::unique_ptr<Session> session_;
  /// Notices of older transactions have been read; none: no look yet.
  std::optional<std::string> noticed_up_to_;
  std::set<TransactionNotice> told_;  ///< of transactions since then
};

}  // namespace confab::storage
