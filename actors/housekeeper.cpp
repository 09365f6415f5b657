#include <chrono>

#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include "actors/node_impl.hpp"
#include "actors/user/account_eraser.hpp"
#include "config/log.hpp"

namespace confab::actors {

namespace {

constexpr std::chrono::seconds kTick{2};
constexpr unsigned kTicksBetweenDeletions = 5;  // what a fault interrupts goes on soon
constexpr unsigned kTicksPerMinute = 30;
constexpr unsigned kTicksPerHour = 60 * kTicksPerMinute;

/// In steps, between which others write, until nothing is too old.
void purge_step(Node::Impl* node, const storage::Purge& change) {
  node->persistence->commit(change, [node, change](const Result<storage::Committed>& result) {
    if (!result.has_value()) {
      log::warning("purge_failed", {{"detail", result.error().detail}});
    } else if (result.value().id > 0) {
      purge_step(node, change);
    }
  });
}

struct HousekeeperState {
  static inline const char* name = "housekeeper";
  Node::Impl* node = nullptr;
  unsigned ticks = 0;

  void tick() {
    auto idle_since = ConversationDirectory::Clock::now() - node->settings.idle_actor_time;
    node->conversations.send_to_rest(idle_since, node->settings.max_awake_actors);
    node->users.send_to_rest(idle_since, node->settings.max_awake_actors);
    if (ticks % kTicksBetweenDeletions == 0) finish_deletions();
    if (ticks % kTicksPerMinute == 1) forget();
    if (ticks % kTicksPerHour == 2) purge();
    ++ticks;
  }

  /// Accounts whose deletion has begun but was interrupted, by a crash or by the database.
  void finish_deletions() const {
    node->persistence->read<std::vector<UserId>>(
        [](storage::Reader& reader) { return reader.hidden_users(); },
        [this_node = node](const Result<std::vector<UserId>>& hidden) {
          if (!hidden.has_value()) return;
          for (UserId user : hidden.value()) {
            if (!this_node->owns(cluster::shard_of(user))) continue;
            erase_account(this_node->context, user, Answer<Done>([user](Result<Done> erased) {
                            if (erased.has_value()) {
                              log::info("account_erased", {{"user", user.value}});
                            }
                          }));
          }
        });
  }

  void forget() const {
    Timestamp now = storage::now();
    node->access.forget_expired(now);
    node->presence.forget_absent(now);
  }

  void purge() const {
    if (!node->owns(0)) return;
    Timestamp now = storage::now();
    storage::Purge change{now - node->settings.event_retention,
                          now - node->settings.idempotency_retention, now};
    purge_step(node, change);
  }
};

caf::behavior housekeeper(caf::stateful_actor<HousekeeperState>* self, Node::Impl* node) {
  self->state.node = node;
  auto wait = [self] {
    self->delayed_send(self, kTick, Resume{std::make_shared<std::function<void()>>([] {})});
  };
  self->state.tick();
  wait();
  return {[self, wait](const Resume&) {
    self->state.tick();
    wait();
  }};
}

}  // namespace

caf::actor spawn_housekeeper(Node::Impl& node) { return node.system->spawn(housekeeper, &node); }

}  // namespace confab::actors
