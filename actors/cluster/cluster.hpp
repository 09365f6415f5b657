#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "actors/cluster/news.hpp"
#include "actors/cluster/status.hpp"
#include "actors/context.hpp"
#include "actors/router.hpp"
#include "config/settings.hpp"
#include "storage/model/cluster.hpp"
#include "storage/store.hpp"

namespace caf {
class actor_system;
class actor_system_config;
}  // namespace caf

namespace confab::actors {

/// What keeps these settings from being used by a node of a cluster: a sentence; empty: nothing.
/// Looks at the certificates only.
std::string cluster_mistake(const config::Settings& settings);

/// This process as a node among others: who is there, who owns what, and the ways between them.
/// All functions may be called from any thread.
class Cluster : public Router {
 public:
  struct Hooks {
    /// A user's name or rights, or one login, may have changed.
    std::function<void(const storage::AccountNotice&)> account_changed;
    /// The database has been looked at, and answered.
    std::function<void()> looked;
    /// Whether the user exists, is active and has at least that role.
    std::function<void(storage::UserId, storage::Role, std::function<void(Result<bool>)>)>
        authorise;

    // --- what other nodes tell ---
    std::function<void()> log_grew;
    std::function<void(UserTyping)> typing;
    /// Who is here, for them to know.
    std::function<cluster::Attendance()> attendance;
    std::function<void(storage::NodeId, cluster::Attendance)> attended;
    /// That node is gone, and all who were with it.
    std::function<void(storage::NodeId)> gone;
  };

  /// Lets CAF's network in; before the actor system is made.
  static void configure(caf::actor_system_config& config);

  /// Reads the certificates and opens the cluster's port.
  static Result<std::unique_ptr<Cluster>> open(const config::Settings& settings,
                                               storage::Store& store);
  ~Cluster() override;
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  storage::NodeId self() const;

  /// Joins the others. `system` and `context` must outlive the cluster's stop().
  Result<bool> start(caf::actor_system& system, const Context& context, Hooks hooks);

  /// Hands everything over, if that takes no longer than some seconds.
  void leave();

  /// Cuts the connections; nothing is forwarded any more.
  void stop();

  /// Whether requests are served: up, and with a lease.
  bool is_ready() const;

  ClusterStatus status() const;

  // What other nodes should hear soon. Nothing happens before start().
  void tell_log_grew();
  void tell_accounts_changed();
  void tell_typing(const UserTyping& typing);

  // Router
  std::optional<storage::Fence> serving(storage::ShardIndex shard) const override;
  bool holds(storage::Fence fence) const override;
  bool is_over(storage::Fence fence) const override;
  bool has_lease() const override;
  void forward(ForwardedCall call, std::function<void(Result<std::string>)> reply) override;

 private:
  struct Impl;
  explicit Cluster(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace confab::actors
