#include "actors/representation/audit.hpp"

#include "actors/representation/json_text.hpp"
#include "actors/representation/resources.hpp"

namespace confab::actors {

namespace {

std::string_view name_of(storage::AuditTarget target) {
  switch (target) {
    case storage::AuditTarget::user:
      return "user";
    case storage::AuditTarget::conversation:
      return "conversation";
    case storage::AuditTarget::message:
      return "message";
  }
  return "user";
}

std::string_view or_null(std::string_view json) { return json.empty() ? "null" : json; }

std::string actor_of(const storage::AuditRow& row) {
  if (!row.actor_uuid) return "null";
  storage::User actor;
  actor.id = row.entry.actor;
  actor.uuid = row.actor_uuid;
  actor.username = row.actor_username;
  return person_json(actor);
}

}  // namespace

std::string audit_json(const storage::AuditRow& row) {
  const storage::AuditEntry& entry = row.entry;
  std::string json;
  JsonObject(json)
      .field("id", entry.id)
      .field("at", entry.at)
      .raw("actor", actor_of(row))
      .field("actor_name", std::string_view(entry.actor_name))
      .field("action", std::string_view(entry.action))
      .field("target_type", name_of(entry.target_type))
      .field("target_id", entry.target)
      .field("target_label", std::string_view(entry.target_label))
      .raw("before", or_null(entry.before))
      .raw("after", or_null(entry.after))
      .field("client", std::string_view(entry.client))
      .end();
  return json;
}

}  // namespace confab::actors
