#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "storage/model/ids.hpp"
#include "storage/model/time.hpp"

namespace confab::actors {

/// When a conversation was last active, and a number that changes with everything that changes in
/// it. Thread-safe.
struct Activity {
  std::atomic<std::uint64_t> version{0};
  std::atomic<std::int64_t> updated_at{0};  ///< microseconds since 1970

  /// Moves the time forward, never back.
  void touch(storage::Timestamp time);
};

using ActivityRef = std::shared_ptr<Activity>;

/// How a user's actor knows, without asking, which of his conversations have changed: the
/// conversation's actor changes the version before it answers whoever changed it, so a list made
/// after that answer is never older. One number per conversation, whatever the number of members.
/// Thread-safe. An entry lives as long as somebody holds it; versions never come twice.
class ActivityBoard {
 public:
  ActivityBoard();

  /// The conversation's entry, made if it is new here.
  ActivityRef get(storage::ConversationId conversation);

  /// Says that the conversation has changed.
  void changed(Activity& activity);

 private:
  static constexpr std::size_t kShards = 16;
  struct Shard {
    std::mutex mutex;
    std::unordered_map<storage::ConversationId, std::weak_ptr<Activity>> entries;
    std::size_t forget_at = 1024;
  };

  std::array<Shard, kShards> shards_;
  std::atomic<std::uint64_t> next_version_;
};

}  // namespace confab::actors
