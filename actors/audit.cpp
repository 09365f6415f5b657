#include "actors/audit.hpp"

#include <utility>

#include "actors/representation/json_text.hpp"
#include "actors/representation/resources.hpp"

namespace confab::actors {

std::optional<storage::AuditEntry> audit_entry(const Caller& caller, bool is_own,
                                               std::string action) {
  if (is_own || !caller.is_admin()) return std::nullopt;
  storage::AuditEntry entry;
  entry.at = storage::now();
  entry.actor = caller.user;
  entry.action = std::move(action);
  entry.client = caller.client;
  return entry;
}

storage::AuditEntry creation_entry(const storage::User& admin, std::string by, std::string client) {
  storage::AuditEntry entry;
  entry.at = admin.created_at;
  entry.actor_name = std::move(by);
  entry.action = "user.create";
  entry.target = admin.uuid;
  entry.target_label = admin.username;
  entry.after = account_summary(admin);
  entry.client = std::move(client);
  return entry;
}

AccountDifference difference(const storage::User& before, const storage::User& after) {
  AccountDifference result;
  JsonObject old_values(result.before);
  JsonObject new_values(result.after);
  const auto compare = [&](std::string_view name, const auto& old_value, const auto& new_value) {
    if (old_value == new_value) return;
    old_values.field(name, old_value);
    new_values.field(name, new_value);
  };
  compare("username", std::string_view(before.username), std::string_view(after.username));
  compare("email", std::string_view(before.email), std::string_view(after.email));
  compare("first_name", std::string_view(before.first_name), std::string_view(after.first_name));
  compare("last_name", std::string_view(before.last_name), std::string_view(after.last_name));
  compare("phone_number", std::string_view(before.phone_number),
          std::string_view(after.phone_number));
  compare("role", role_name(before.role), role_name(after.role));
  compare("is_active", before.is_active, after.is_active);
  old_values.end();
  new_values.end();
  result.new_password = before.password_hash != after.password_hash;
  return result;
}

std::string account_summary(const storage::User& user) {
  std::string json;
  JsonObject(json)
      .field("username", std::string_view(user.username))
      .field("email", std::string_view(user.email))
      .field("role", role_name(user.role))
      .field("is_active", user.is_active)
      .end();
  return json;
}

}  // namespace confab::actors
