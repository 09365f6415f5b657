#include "actors/representation/resources.hpp"

#include <array>

#include "actors/representation/json_text.hpp"
#include "config/unicode.hpp"

namespace confab::actors {

namespace {

constexpr std::size_t kPreviewCharacters = 100;
constexpr std::array<std::string_view, 3> kRoleNames = {"guest", "host", "admin"};

std::string_view as_bool(bool value) { return value ? "true" : "false"; }

}  // namespace

// A row may hold a role that there is not: such a user may no more than a guest.
std::string_view role_name(storage::Role role) {
  const auto index = static_cast<std::size_t>(role);
  return kRoleNames[index < kRoleNames.size() ? index : 0];
}

std::string person_json(const storage::User& user) {
  std::string out;
  JsonObject(out)
      .field("id", user.id.value)
      .field("user_id", user.uuid)
      .field("username", std::string_view(user.username))
      .end();
  return out;
}

std::string user_json(const storage::User& user, const Presence& presence, bool in_full) {
  std::string out;
  JsonObject object(out);
  object.field("id", user.id.value)
      .field("user_id", user.uuid)
      .field("username", std::string_view(user.username))
      .field("first_name", std::string_view(user.first_name))
      .field("last_name", std::string_view(user.last_name))
      .field("role", role_name(user.role))
      .field("is_online", presence.is_online)
      .field("last_seen", presence.last_seen ? presence.last_seen : user.last_seen)
      .field("created_at", user.created_at)
      .field("updated_at", user.updated_at);
  if (in_full) {
    object.field("email", std::string_view(user.email))
        .field("phone_number", std::string_view(user.phone_number))
        .field("is_active", user.is_active);
  }
  object.end();
  return out;
}

std::string begin_message(const storage::Message& message, const MessageNames& names) {
  std::string out;
  out.reserve(640 + 2 * message.content.size());
  std::string content;
  append_json(content, std::string_view(message.content));
  std::string sent_at;
  append_json(sent_at, message.timestamp);
  auto parent = message.parent ? std::optional(message.parent_id.value) : std::nullopt;

  JsonObject(out)
      .field("message_id", message.id.value)
      .raw("conversation", names.conversation_uuid)
      .field("seq", std::int64_t{message.seq.value})
      .raw("sender", names.sender)
      .raw("receiver", names.receiver)
      .raw("content", content)
      .raw("timestamp", sent_at)
      .field("edited", message.edited_at.has_value())
      .field("edited_at", message.edited_at)
      .field("is_thread", message.reply_count > 0)
      .field("parent_message", parent)
      .field("reply_count", std::int64_t{message.reply_count})
      .field("thread_depth", std::int64_t{message.depth})
      .raw("message_body", content)
      .raw("sent_at", sent_at);
  return out;
}

void finish_message(std::string& out, std::string_view begun, bool is_read) {
  out += begun;
  out += is_read ? R"(,"read":true,"is_read":true})" : R"(,"read":false,"is_read":false})";
}

std::string conversation_json(const ConversationParts& parts) {
  const storage::Conversation& conversation = *parts.conversation;
  std::string out;
  out.reserve(512 + parts.participants.size() + parts.last_message.size() +
              (parts.messages ? parts.messages->size() : 0));
  JsonObject object(out);
  object.field("id", conversation.id.value)
      .field("conversation_id", conversation.uuid)
      .field("title", std::string_view(conversation.title))
      .raw("owner", parts.owner)
      .raw("participants", "[");
  out += parts.participants;
  out += ']';
  object.raw("last_message", parts.last_message)
      .field("unread_count", static_cast<std::int64_t>(parts.unread_count))
      .field("created_at", conversation.created_at)
      .field("updated_at", conversation.updated_at);
  if (parts.messages) {
    object.field("message_count", static_cast<std::int64_t>(parts.message_count))
        .raw("messages", "[");
    out += *parts.messages;
    out += ']';
  }
  object.end();
  return out;
}

std::string notification_json(const NotificationParts& parts) {
  std::string out;
  JsonObject(out)
      .field("notification_id", parts.id)
      .raw("user", parts.user)
      .field("message", parts.message->id.value)
      .raw("conversation", parts.conversation_uuid)
      .raw("kind", parts.is_reply ? R"("reply")" : R"("message")")
      .raw("sender", parts.sender)
      .field("preview", unicode::first_characters(parts.message->content, kPreviewCharacters))
      .raw("is_read", as_bool(parts.is_read))
      .field("created_at", parts.message->timestamp)
      .end();
  return out;
}

std::string revision_json(const storage::Revision& revision, std::string_view edited_by) {
  std::string out;
  JsonObject(out)
      .field("id", revision.id)
      .field("message", revision.message.value)
      .field("content", std::string_view(revision.content))
      .field("edited_at", revision.edited_at)
      .raw("edited_by", edited_by)
      .end();
  return out;
}

}  // namespace confab::actors
