#pragma once

#include <optional>
#include <string>
#include <vector>

#include "actors/messages/common.hpp"

// What a user's actor can be asked.

namespace confab::actors {

/// The account as the caller may see it: everything for oneself and admins, else the public part.
struct ShowUser {
  using Reply = ResourceView;
  Caller caller;
};

/// Sets the given fields (oneself or an admin; role and is_active: an admin only, else
/// not_allowed). Fails with username_taken, email_taken.
struct ChangeUser {
  using Reply = ResourceView;
  Caller caller;
  std::optional<std::string> username;
  std::optional<std::string> email;
  std::optional<std::string> first_name;
  std::optional<std::string> last_name;
  std::optional<std::string> phone_number;
  std::optional<Role> role;
  std::optional<bool> is_active;
  std::optional<std::string> password_hash;  ///< ends every token and session, unless it …
  /// … is a costlier hash of the same password: stored only if this one is still in place.
  std::optional<std::string> renewed_from;
};

/// Removes the account and everything of it (oneself or an admin).
struct DeleteAccount {
  using Reply = Done;
  Caller caller;
};

/// Starts a conversation owned by this user with these and himself in it.
struct CreateConversation {
  using Reply = ResourceView;
  std::string title;
  std::vector<UserId> participants;  ///< existing users
  std::optional<RetryKey> retry;
};

/// His conversations, newest activity first.
struct ListConversations {
  using Reply = ListView;
  Role role = Role::guest;
  Window window{};
};

/// What is unread to him, newest first; within one conversation or in all.
struct ListUnread {
  using Reply = ListView;
  std::optional<ConversationId> conversation;
  Window window{};
};

/// His notifications, newest first.
struct ListNotifications {
  using Reply = ListView;
  std::optional<bool> is_read;
  Window window{};
};

/// Marks messages as read, wherever they are; counts those that were unread to him.
struct MarkRead {
  using Reply = Counted;
  std::vector<MessageId> messages;
};

/// Reads all his notifications; counts those that were unread.
struct DismissAll {
  using Reply = Counted;
};

/// Shows one of his notifications, or sets whether it is read.
struct OpenNotification {
  using Reply = ResourceView;
  Uuid notification;
  std::optional<bool> is_read;
};

/// Messages visible to him in all his conversations (an admin may see all), by filter.
struct SearchMessages {
  using Reply = ListView;
  Role role = Role::guest;
  bool everything = false;  ///< admins: not only his own conversations
  std::optional<ConversationId> conversation;
  std::optional<UserId> sender;
  std::optional<UserId> receiver;
  std::string search;
  std::optional<Timestamp> sent_after;
  std::optional<Timestamp> sent_before;
  bool unread_only = false;
  bool oldest_first = false;
  Window window{};
};

/// Looks up or claims a retry key: an earlier answer, or leave to go ahead (replayed = false).
/// Fails with idempotency_mismatch or idempotency_running.
struct ClaimRetryKey {
  using Reply = ResourceView;
  RetryKey retry;
};

/// Gives a claimed key back; with the answer to keep, if it was not stored with its effect.
struct ReleaseRetryKey {
  using Reply = Done;
  RetryKey retry;
  std::optional<ResourceView> answer;
};

/// Tells the user's actor, if it is awake, that he joined or left a conversation.
struct MembershipChanged {
  using Reply = Done;
  ConversationId conversation;
  bool joined = false;
  Timestamp updated_at;
};

}  // namespace confab::actors
