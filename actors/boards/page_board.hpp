#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "actors/boards/activity_board.hpp"
#include "actors/boards/people_board.hpp"
#include "actors/messages/conversation.hpp"
#include "storage/model/cluster.hpp"

namespace confab::actors {

/// What conversations' actors have answered to looks at their newest page, so that the next look
/// needs no actor for as long as nothing has changed there. Most reads are such looks.
///
/// Never older than what has been acknowledged: a page counts only under the conversation's version
/// that it was made under, and an actor changes that before it answers whoever changed something.
/// In a cluster it counts only while this node holds the ownership that it was made under.
///
/// Thread-safe. Bounded by bytes; what has not been asked for lately is forgotten first.
class PageBoard {
 public:
  static constexpr std::size_t kMaxBytes = std::size_t{32} << 20;

  /// `people` must outlive the board.
  explicit PageBoard(const PeopleBoard& people, std::size_t max_bytes = kMaxBytes)
      : people_(people), bytes_per_generation_(max_bytes / kShards / 2) {}

  /// The state that a page shows. Take it before the page is made.
  struct Stamp {
    ActivityRef activity;
    std::uint64_t version = 0;
    std::uint64_t names_version = 0;
    storage::Fence fence{};
  };
  Stamp stamp(const ActivityRef& activity, storage::Fence fence) const;

  /// The page, if it has been made and still is what the actor would answer; whether its ownership
  /// still holds is for the caller to find out, afterwards.
  struct Found {
    std::shared_ptr<const ListView> page;
    storage::Fence fence{};
  };
  std::optional<Found> find(ConversationId conversation, const ListMessages& look);

  /// Ignores what is not a look at the newest page, and pages so large that few others would fit.
  void put(ConversationId conversation, const ListMessages& look, Stamp stamp,
           const ListView& page);

 private:
  static constexpr std::size_t kShards = 16;

  struct Key {
    ConversationId conversation;
    UserId viewer;
    std::uint32_t limit = 0;
    Role role = Role::guest;
    bool with_replies = false;

    friend bool operator==(const Key&, const Key&) = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const;
  };
  struct Entry {
    Stamp stamp;
    std::shared_ptr<const ListView> page;
  };
  using Generation = std::unordered_map<Key, Entry, KeyHash>;
  /// What is found in the old generation moves to the young one; when that is full, the old one
  /// goes.
  struct Shard {
    std::mutex mutex;
    Generation young;
    Generation old;
    std::size_t young_bytes = 0;
  };

  static std::optional<Key> key_of(ConversationId conversation, const ListMessages& look);
  Shard& shard_of(const Key& key) { return shards_[KeyHash{}(key) % kShards]; }
  bool is_current(const Stamp& stamp) const;
  void keep(Shard& shard, const Key& key, Entry entry);

  const PeopleBoard& people_;
  std::size_t bytes_per_generation_;
  std::array<Shard, kShards> shards_;
};

}  // namespace confab::actors
