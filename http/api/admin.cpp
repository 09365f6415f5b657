#include <algorithm>
#include <array>
#include <string>

#include <fmt/format.h>

#include "actors/representation/json_text.hpp"
#include "config/version.hpp"
#include "http/api/handlers.hpp"
#include "http/api/resolve.hpp"

namespace confab::http::api {

using actors::JsonObject;
using actors::Statistics;

namespace {

constexpr std::int64_t kShards = 256;

/// Two digits after the point; null if there is nothing to tell.
std::string number(std::optional<double> value) {
  if (!value) return "null";
  return fmt::format("{:.2f}", *value);
}

std::int64_t as_count(std::size_t value) { return static_cast<std::int64_t>(value); }

/// How many nodes are up.
std::int64_t nodes_of(const Exchange& exchange) {
  const auto cluster = exchange.node().cluster();
  if (!cluster) return 1;
  return std::count_if(cluster->view.nodes.begin(), cluster->view.nodes.end(),
                       [](const auto& node) { return node.state == storage::NodeState::up; });
}

std::string users_of(const Statistics& statistics) {
  std::string json;
  JsonObject(json)
      .field("total", statistics.totals.users)
      .field("active", statistics.totals.active_users)
      .field("admins", statistics.totals.admins)
      .field("online", as_count(statistics.online))
      .end();
  return json;
}

std::string minutes_of(const Statistics& statistics) {
  std::string items;
  for (const auto& minute : statistics.written.messages) {
    std::string item;
    JsonObject(item)
        .field("at", minute.at)
        .field("count", static_cast<std::int64_t>(minute.count))
        .end();
    actors::append_item(items, item);
  }
  return "[" + items + "]";
}

std::string latency_of(const Statistics& statistics) {
  std::string json;
  JsonObject(json)
      .raw("p50", number(statistics.written.commit_p50_ms))
      .raw("p99", number(statistics.written.commit_p99_ms))
      .end();
  return json;
}

std::string awake_of(const Statistics& statistics) {
  std::string json;
  JsonObject(json)
      .field("users", as_count(statistics.awake_users))
      .field("conversations", as_count(statistics.awake_conversations))
      .end();
  return json;
}

std::string_view database_of(const Exchange& exchange) {
  return exchange.settings().uses_postgresql() ? "postgresql" : "sqlite";
}

std::string statistics_json(const Exchange& exchange, const Statistics& statistics) {
  const auto uptime =
      std::chrono::duration_cast<std::chrono::seconds>(storage::now() - statistics.started_at);
  std::string json;
  JsonObject(json)
      .raw("users", users_of(statistics))
      .field("conversations", statistics.totals.conversations)
      .field("messages", statistics.totals.messages)
      .field("streams", as_count(statistics.streams))
      .field("version", config::version())
      .field("database", database_of(exchange))
      .field("started_at", statistics.started_at)
      .field("uptime_seconds", static_cast<std::int64_t>(uptime.count()))
      .raw("messages_per_minute", minutes_of(statistics))
      .raw("commit_latency_ms", latency_of(statistics))
      .raw("commits_per_second", number(statistics.written.commits_per_second))
      .raw("requests_per_second", number(exchange.services().metrics.per_second()))
      .raw("awake", awake_of(statistics))
      .field("nodes", nodes_of(exchange))
      .end();
  return json;
}

/// This process is the whole cluster.
std::string only_node(const Exchange& exchange, const Statistics& statistics) {
  static const storage::Uuid id = storage::make_uuid4();
  const std::string address = config::to_string(exchange.settings().listen);
  std::string json;
  JsonObject(json)
      .field("node_id", id)
      .field("name", std::string_view(address))
      .field("state", std::string_view("up"))
      .field("address", std::string_view(address))
      .field("build", config::version())
      .field("started_at", statistics.started_at)
      .field("self", true)
      .raw("lease_age_ms", "null")
      .field("shards", kShards)
      .end();
  return json;
}

std::string_view name_of(storage::NodeState state) {
  static constexpr std::array<std::string_view, 4> kNames = {"joining", "up", "leaving", "dead"};
  return kNames.at(static_cast<std::size_t>(state));
}

std::string one_of_the_nodes(const actors::ClusterStatus& cluster,
                             const storage::ClusterNode& node) {
  const bool is_self = node.id == cluster.self;
  const auto& shards = cluster.view.shards;
  std::string json;
  JsonObject(json)
      .field("node_id", node.id.value)
      .field("name", std::string_view(node.name))
      .field("state", name_of(node.state))
      .field("address", std::string_view(node.address))
      .field("build", std::string_view(node.build))
      .field("started_at", node.started_at)
      .field("self", is_self)
      .raw("lease_age_ms", is_self ? std::to_string(cluster.lease_age_ms) : "null")
      .field("shards",
             std::int64_t{std::count_if(shards.begin(), shards.end(),
                                        [&](const auto& shard) { return shard.owner == node.id; })})
      .end();
  return json;
}

std::string shards_json(std::int64_t owned, const actors::ClusterStatus& cluster) {
  std::string json;
  JsonObject(json)
      .field("total", kShards)
      .field("owned", owned)
      .field("taken", as_count(cluster.shards_taken))
      .field("handed_over", as_count(cluster.shards_handed_over))
      .field("lost", as_count(cluster.shards_lost))
      .field("fenced_changes", as_count(cluster.fenced_changes))
      .end();
  return json;
}

std::string several_nodes(const actors::ClusterStatus& cluster) {
  std::string nodes;
  for (const storage::ClusterNode& node : cluster.view.nodes) {
    actors::append_item(nodes, one_of_the_nodes(cluster, node));
  }
  const auto& shards = cluster.view.shards;
  const std::int64_t owned = std::count_if(shards.begin(), shards.end(),
                                           [](const auto& shard) { return bool(shard.owner); });
  std::string json;
  JsonObject(json).raw("nodes", "[" + nodes + "]").raw("shards", shards_json(owned, cluster)).end();
  return json;
}

}  // namespace

void show_admin_root(const ExchangePtr& exchange) {
  static constexpr std::array<std::string_view, 7> kEntries = {
      "statistics", "users", "conversations", "messages", "notifications", "audit", "cluster"};
  const std::string base = exchange->call().origin.base_url() + "/api/admin/";
  std::string json;
  JsonObject root(json);
  for (const std::string_view entry : kEntries) {
    const std::string url = base + std::string(entry) + "/";
    root.field(entry, std::string_view(url));
  }
  root.end();
  exchange->send_json(200, std::move(json));
}

void show_statistics(const ExchangePtr& exchange) {
  exchange->node().statistics(then(exchange, [exchange](const Statistics& statistics) {
    exchange->send_json(200, statistics_json(*exchange, statistics));
  }));
}

void show_cluster(const ExchangePtr& exchange) {
  if (const auto cluster = exchange->node().cluster()) {
    return exchange->send_json(200, several_nodes(*cluster));
  }
  exchange->node().statistics(then(exchange, [exchange](const Statistics& statistics) {
    std::string json;
    JsonObject(json)
        .raw("nodes", "[" + only_node(*exchange, statistics) + "]")
        .raw("shards", shards_json(kShards, {}))
        .end();
    exchange->send_json(200, std::move(json));
  }));
}

void show_removal(const ExchangePtr& exchange) {
  with_user(exchange, [exchange](actors::UserId user) {
    exchange->node().removal_of(
        user, then(exchange, [exchange, user](const storage::Removal& removal) {
          // Notifications are rows nowhere: his actor knows how many there are.
          actors::ListNotifications all;
          all.window.limit = 1;
          exchange->node().ask(
              user, all, then(exchange, [exchange, removal](const actors::ListView& list) {
                std::string json;
                JsonObject(json)
                    .field("messages_sent", as_count(removal.messages_sent))
                    .field("messages_received", as_count(removal.messages_received))
                    .field("replies_below", as_count(removal.replies_below))
                    .field("conversations", as_count(removal.conversations))
                    .field("conversations_left_empty", as_count(removal.conversations_left_empty))
                    .field("notifications", as_count(list.count))
                    .field("history_entries", as_count(removal.history_entries))
                    .end();
                exchange->send_json(200, std::move(json));
              }));
        }));
  });
}

}  // namespace confab::http::api
