#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "storage/model/entities.hpp"

namespace confab::actors {

/// A message with its JSON, made once and kept until something in it changes.
struct CachedMessage {
  storage::Message message;
  std::string begun;                ///< see begin_message(); empty: to be made
  std::uint64_t names_version = 0;  ///< of the names in `begun`
};

/// The newest messages of a conversation. Not thread-safe.
class MessageCache {
 public:
  explicit MessageCache(std::size_t capacity) : capacity_(capacity) {}

  void put(CachedMessage message) {
    storage::Seq seq = message.message.seq;
    auto place = lower_bound(seq);
    if (place != entries_.end() && place->first == seq) {
      *place->second = std::move(message);
      return;
    }
    entries_.emplace(place, seq, std::make_unique<CachedMessage>(std::move(message)));
    if (entries_.size() > capacity_) entries_.erase(entries_.begin());
  }

  void remove(storage::Seq seq) {
    auto place = lower_bound(seq);
    if (place != entries_.end() && place->first == seq) entries_.erase(place);
  }

  /// Null if it is not here. Valid until the next put or remove.
  CachedMessage* find(storage::Seq seq) {
    auto place = lower_bound(seq);
    return place == entries_.end() || place->first != seq ? nullptr : place->second.get();
  }

  CachedMessage* find(storage::MessageId id) {
    for (auto& [seq, cached] : entries_) {
      if (cached->message.id == id) return cached.get();
    }
    return nullptr;
  }

 private:
  // In the order of places, the messages apart from them: a page is found by reading few lines of
  // memory, and a new message goes to the end.
  using Entries = std::vector<std::pair<storage::Seq, std::unique_ptr<CachedMessage>>>;

  Entries::iterator lower_bound(storage::Seq seq) {
    return std::lower_bound(
        entries_.begin(), entries_.end(), seq,
        [](const auto& entry, storage::Seq wanted) { return entry.first < wanted; });
  }

  std::size_t capacity_;
  Entries entries_;
};

}  // namespace confab::actors
