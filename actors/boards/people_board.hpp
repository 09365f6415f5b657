#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "storage/model/entities.hpp"

namespace confab::actors {

/// A person as he appears inside other resources. Immutable.
struct Person {
  storage::UserId id;
  storage::Uuid uuid;
  std::string username;
  std::string json;  ///< {"id","user_id","username"}
};

/// Where one person's current name is read; shared by all conversations that show it. Thread-safe.
class PersonSlot {
 public:
  std::shared_ptr<const Person> get() const { return person_.load(std::memory_order_acquire); }
  void set(std::shared_ptr<const Person> person) {
    person_.store(std::move(person), std::memory_order_release);
  }

 private:
  std::atomic<std::shared_ptr<const Person>> person_;
};

using PersonRef = std::shared_ptr<const PersonSlot>;

/// The names of all people that somebody on this node shows, one slot each, so that a new name is
/// seen everywhere at once. Thread-safe. A slot lives as long as somebody holds it.
class PeopleBoard {
 public:
  /// The person's slot; a name that is known already stays until rename().
  PersonRef put(const storage::User& user);

  /// The slot, if somebody holds it.
  PersonRef find(storage::UserId id) const;

  /// Replaces the name that everybody shows. Call it once the new name is stored.
  void rename(const storage::User& user);

  /// Grows with every rename: what was rendered under an older one is out of date.
  std::uint64_t version() const { return version_.load(std::memory_order_acquire); }

 private:
  void forget_unused();

  mutable std::mutex mutex_;
  std::unordered_map<storage::UserId, std::weak_ptr<PersonSlot>> slots_;
  std::size_t forget_at_ = 1024;
  std::atomic<std::uint64_t> version_{1};
};

}  // namespace confab::actors
