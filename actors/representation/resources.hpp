#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "actors/boards/people_board.hpp"
#include "storage/model/entities.hpp"

namespace confab::actors {

// The JSON of every resource, as REST shows it and as events bear it. It is made here, beside the
// memory it is made from, so that bytes can be kept and handed on.

/// "guest", "host" or "admin".
std::string_view role_name(storage::Role role);

/// {"id","user_id","username"}: a user inside other resources.
std::string person_json(const storage::User& user);

/// How online a user looks.
struct Presence {
  bool is_online = false;
  std::optional<storage::Timestamp> last_seen;
};

/// A user; with email, phone_number and is_active only for himself and admins.
std::string user_json(const storage::User& user, const Presence& presence, bool in_full);

/// What a message's JSON needs beyond the message. Pieces are JSON.
struct MessageNames {
  std::string_view conversation_uuid;  ///< quoted
  std::string_view sender;
  std::string_view receiver;  ///< or null
};

/// A message but for its end, which depends on the viewer: complete it with finish_message().
std::string begin_message(const storage::Message& message, const MessageNames& names);
void finish_message(std::string& out, std::string_view begun, bool is_read);

/// The pieces of a conversation's JSON; all but the title are JSON already.
struct ConversationParts {
  const storage::Conversation* conversation = nullptr;
  std::string_view owner;         ///< a person or null
  std::string_view participants;  ///< persons joined by commas
  std::string_view last_message;  ///< a message or null
  std::uint64_t unread_count = 0;
  std::optional<std::string_view> messages;  ///< joined by commas; only when shown alone
  std::uint64_t message_count = 0;
};
std::string conversation_json(const ConversationParts& parts);

struct NotificationParts {
  storage::Uuid id;
  std::string_view user;  ///< a person
  const storage::Message* message = nullptr;
  std::string_view conversation_uuid;  ///< quoted
  bool is_reply = false;
  std::string_view sender;  ///< a person
  bool is_read = false;
};
std::string notification_json(const NotificationParts& parts);

/// `edited_by`: a person.
std::string revision_json(const storage::Revision& revision, std::string_view edited_by);

}  // namespace confab::actors
