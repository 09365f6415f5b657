#include <utility>

#include "actors/audit.hpp"
#include "actors/conversation/conversation_host.hpp"
#include "actors/representation/json_text.hpp"

// Values name people by their ids alone, and no message's text: these stay when accounts go.

namespace confab::actors {

namespace {

std::string object_of(std::string_view name, const auto& value) {
  std::string json;
  JsonObject(json).field(name, value).end();
  return json;
}

}  // namespace

std::optional<storage::AuditEntry> ConversationHost::audit_of(const Caller& caller,
                                                              std::string action) const {
  auto entry = audit_entry(caller, state_->header().owner == caller.user, std::move(action));
  if (!entry) return std::nullopt;
  entry->target_type = storage::AuditTarget::conversation;
  entry->target = state_->header().uuid;
  entry->target_label = state_->header().title;
  return entry;
}

std::optional<storage::AuditEntry> ConversationHost::audit_of_participant(const Caller& caller,
                                                                          std::string action,
                                                                          const Uuid& user) const {
  const bool comes = action.ends_with("add_participant");
  auto entry = audit_of(caller, std::move(action));
  if (entry) (comes ? entry->after : entry->before) = object_of("participant", user);
  return entry;
}

std::optional<storage::AuditEntry> ConversationHost::audit_of_title(
    const Caller& caller, const std::string& title) const {
  const std::string& known = state_->header().title;
  if (title == known) return std::nullopt;
  auto entry = audit_of(caller, "conversation.change");
  if (!entry) return std::nullopt;
  entry->before = object_of("title", std::string_view(known));
  entry->after = object_of("title", std::string_view(title));
  return entry;
}

std::optional<storage::AuditEntry> ConversationHost::audit_of_removal(const Caller& caller) const {
  auto entry = audit_of(caller, "conversation.delete");
  if (!entry) return std::nullopt;
  std::string participants;
  for (UserId user : *state_->participants()) {
    std::string uuid;
    append_json(uuid, person_uuid(user));
    append_item(participants, uuid);
  }
  JsonObject(entry->before)
      .field("title", std::string_view(state_->header().title))
      .raw("participants", "[" + participants + "]")
      .field("message_count", static_cast<std::int64_t>(state_->message_count()))
      .end();
  return entry;
}

std::optional<storage::AuditEntry> ConversationHost::audit_of_message(
    const Caller& caller, const storage::Message& message, std::size_t removed) const {
  auto entry = audit_entry(caller, message.sender == caller.user, "message.delete");
  if (!entry) return std::nullopt;
  entry->target_type = storage::AuditTarget::message;
  entry->target = message.id.value;
  entry->target_label = state_->header().title;
  JsonObject(entry->before)
      .field("conversation", state_->header().uuid)
      .field("sender", person_uuid(message.sender))
      .field("timestamp", message.timestamp)
      .field("messages_removed", static_cast<std::int64_t>(removed))
      .end();
  return entry;
}

}  // namespace confab::actors
