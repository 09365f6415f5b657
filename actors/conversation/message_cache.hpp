#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
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
    messages_.insert_or_assign(seq, std::move(message));
    if (messages_.size() > capacity_) messages_.erase(messages_.begin());
  }

  void remove(storage::Seq seq) { messages_.erase(seq); }

  /// Null if it is not here. Valid until the next put or remove.
  CachedMessage* find(storage::Seq seq) {
    auto found = messages_.find(seq);
    return found == messages_.end() ? nullptr : &found->second;
  }

  CachedMessage* find(storage::MessageId id) {
    for (auto& [seq, cached] : messages_) {
      if (cached.message.id == id) return &cached;
    }
    return nullptr;
  }

 private:
  std::size_t capacity_;
  std::map<storage::Seq, CachedMessage> messages_;
};

}  // namespace confab::actors
