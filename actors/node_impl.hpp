#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <set>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>

#include "actors/auth/authenticator.hpp"
#include "actors/auth/jwt.hpp"
#include "actors/auth/verified_tokens.hpp"
#include "actors/boards/id_cache.hpp"
#include "actors/cluster/cluster.hpp"
#include "actors/context.hpp"
#include "actors/dispatcher/dispatcher.hpp"
#include "actors/node.hpp"
#include "actors/persistence/storage_actors.hpp"
#include "config/metrics.hpp"

namespace confab::actors {

/// CAF as this project runs it.
struct ActorSystemConfig : caf::actor_system_config {
  explicit ActorSystemConfig(const config::Settings& settings);
};

/// The parts of a node, in the order in which they are built; they end in the opposite order.
struct Node::Impl {
  Impl(const config::Settings& node_settings, std::unique_ptr<storage::Store> node_store);

  AfterCommit after_commit();
  Context make_context();
  DispatcherContext make_dispatcher_context();
  Result<bool> join_cluster();
  /// Something about an account was changed, perhaps on another node.
  void account_changed(const storage::AccountNotice& notice);
  /// Those of whom the database could not be asked when they changed.
  void read_missed_accounts();
  /// Whether a user whom another node vouches for may act, in that role.
  void authorise(UserId user, Role role, std::function<void(Result<bool>)> answer);
  /// Without a lease the node may have missed that somebody's rights have ended.
  bool may_decide() const { return !cluster || cluster->has_lease(); }
  /// In a cluster some work is done by one node only.
  bool owns(storage::ShardIndex shard) const {
    return !cluster || cluster->serving(shard).has_value();
  }
  void start_actors();
  void observe();
  /// The authenticator's and everybody's way to change a password.
  void store_password(const Caller& caller, UserId user, std::string hash,
                      std::function<void(Result<Done>)> done);

  /// The newest page, if it can be answered without asking the conversation's actor.
  std::shared_ptr<const ListView> newest_page(ConversationId conversation,
                                              const ListMessages& look);

  Result<Claims> verify(const std::string& bearer_token);
  void load_access(const Claims& claims, Answer<Principal> answer);
  Result<Principal> admit(const Claims& claims);
  void note_activity(UserId user);
  bool knows(UserId user, const Uuid& login) const;
  /// Whether the token is of a later state of the account: another node has changed it.
  bool is_behind(const Claims& claims) const;

  config::Settings settings;
  std::unique_ptr<storage::Store> store;
  TokenSigner tokens;
  VerifiedTokens verified;
  PeopleBoard people;
  ActivityBoard activity;
  PageBoard pages{people};
  PresenceBoard presence;
  AccessBoard access;
  ErasureBoard erasures;
  LogBell bell;
  StatisticsBoard statistics;
  const Timestamp started_at = storage::now();
  IdCache<ConversationId> conversation_ids;
  IdCache<UserId> user_ids;

  std::unique_ptr<Cluster> cluster;  ///< none: this node is alone
  ActorSystemConfig system_config;
  std::unique_ptr<caf::actor_system> system;
  std::unique_ptr<StorageActors> persistence;
  ConversationDirectory conversations;
  UserDirectory users;
  Context context;
  DispatcherContext dispatcher_context;
  NotificationDispatcher dispatcher;
  Authenticator authenticator;
  caf::actor housekeeper;
  std::vector<metrics::Observation> observations;
  std::mutex missed_mutex;
  std::set<UserId> missed_accounts;
  std::atomic<bool> running{false};
};

/// Sends idle actors to rest, drops what is too old, finishes deletions that a crash interrupted.
caf::actor spawn_housekeeper(Node::Impl& node);

}  // namespace confab::actors
