#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/model/entities.hpp"
#include "storage/model/error.hpp"

namespace confab::actors {

using storage::ConversationId;
using storage::Error;
using storage::ErrorCode;
using storage::fail;
using storage::MessageId;
using storage::Result;
using storage::Role;
using storage::Seq;
using storage::Timestamp;
using storage::UserId;
using storage::Uuid;

/// For whom a request is made. Whoever acts on it authorises this user, whoever passed it on.
struct Caller {
  UserId user;
  Role role = Role::guest;
  std::string client{};  ///< an admin's address, for the audit log

  bool is_admin() const { return role == Role::admin; }
};

/// Which part of a newest-first list: either by number, or everything older than a message.
struct Window {
  std::uint64_t offset = 0;
  std::uint32_t limit = 20;
  std::optional<MessageId> older_than;
};

/// What a client sent along to make a repetition harmless.
struct RetryKey {
  std::string key;
  std::string fingerprint;  ///< of method, path and body
};

/// A resource as the caller may see it: JSON bytes and the validator for ETag.
struct ResourceView {
  std::string json;
  std::string etag;       ///< without quotes; empty: none
  int status = 200;       ///< what a replayed request was answered with, else what fits
  bool replayed = false;  ///< the answer to an earlier request with the same key
};

/// Part of a list: the items' JSON joined by commas, without brackets.
struct ListView {
  std::uint64_t count = 0;  ///< items in the whole list
  std::uint32_t size = 0;   ///< items given here
  std::string items;
  std::optional<MessageId> last;  ///< the oldest item given, where the list is walked by key
  bool more = false;              ///< there are older ones
  std::string etag;
};

/// How many things a request changed.
struct Counted {
  std::uint64_t count = 0;
};

/// It has been done.
struct Done {};

}  // namespace confab::actors
