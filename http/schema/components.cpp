#include "http/schema/components.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace confab::http {
namespace {

using Schema = nlohmann::ordered_json;
using Members = std::initializer_list<std::pair<std::string_view, Schema>>;

Schema of_type(std::string_view type) { return {{"type", type}}; }
Schema text() { return of_type("string"); }
Schema flag() { return of_type("boolean"); }
Schema integer() { return {{"type", "integer"}, {"format", "int64"}}; }
Schema count() { return {{"type", "integer"}, {"minimum", 0}}; }
Schema uuid() { return {{"type", "string"}, {"format", "uuid"}}; }
Schema time() { return {{"type", "string"}, {"format", "date-time"}}; }
Schema link() { return {{"type", "string"}, {"format", "uri"}}; }
Schema one_of_texts(std::initializer_list<std::string_view> values) {
  return {{"type", "string"}, {"enum", values}};
}

Schema or_null(Schema schema) {
  schema["type"] = {schema["type"], "null"};
  return schema;
}

Schema ref(std::string_view name) {
  return {{"$ref", "#/components/schemas/" + std::string(name)}};
}

Schema ref_or_null(std::string_view name) {
  return {{"oneOf", Schema::array({ref(name), of_type("null")})}};
}

Schema list_of(Schema items) { return {{"type", "array"}, {"items", std::move(items)}}; }

void add(Schema& object, const std::pair<std::string_view, Schema>& member, bool required) {
  object["properties"][std::string(member.first)] = member.second;
  if (required) object["required"].push_back(member.first);
}

Schema object(Members required, Members optional = {}) {
  Schema schema = {
      {"type", "object"}, {"additionalProperties", false}, {"properties", Schema::object()}};
  for (const auto& member : required) add(schema, member, true);
  for (const auto& member : optional) add(schema, member, false);
  return schema;
}

Schema page_of(std::string_view name) {
  return object({{"count", count()},
                 {"next", or_null(link())},
                 {"previous", or_null(link())},
                 {"results", list_of(ref(name))}});
}

Schema user() {
  return object({{"id", integer()},
                 {"user_id", uuid()},
                 {"username", text()},
                 {"first_name", text()},
                 {"last_name", text()},
                 {"role", one_of_texts({"guest", "host", "admin"})},
                 {"is_online", flag()},
                 {"last_seen", or_null(time())},
                 {"created_at", time()},
                 {"updated_at", time()}},
                {{"email", text()}, {"phone_number", text()}, {"is_active", flag()}});
}

Schema message() {
  return object({{"message_id", uuid()},
                 {"conversation", uuid()},
                 {"seq", {{"type", "integer"}, {"minimum", 1}}},
                 {"sender", ref("Person")},
                 {"receiver", ref_or_null("Person")},
                 {"content", text()},
                 {"message_body", text()},
                 {"timestamp", time()},
                 {"sent_at", time()},
                 {"edited", flag()},
                 {"edited_at", or_null(time())},
                 {"is_thread", flag()},
                 {"parent_message", or_null(uuid())},
                 {"reply_count", count()},
                 {"thread_depth", {{"type", "integer"}, {"minimum", 0}, {"maximum", 64}}},
                 {"read", flag()},
                 {"is_read", flag()}});
}

Schema conversation() {
  return object({{"id", integer()},
                 {"conversation_id", uuid()},
                 {"title", text()},
                 {"owner", ref_or_null("Person")},
                 {"participants", list_of(ref("Person"))},
                 {"last_message", ref_or_null("Message")},
                 {"unread_count", count()},
                 {"created_at", time()},
                 {"updated_at", time()}});
}

Schema conversation_detail() {
  Schema schema = conversation();
  add(schema, {"message_count", count()}, true);
  add(schema, {"messages", list_of(ref("Message"))}, true);
  return schema;
}

Schema notification() {
  return object({{"notification_id", uuid()},
                 {"user", ref("Person")},
                 {"message", uuid()},
                 {"conversation", uuid()},
                 {"kind", one_of_texts({"message", "reply"})},
                 {"sender", ref("Person")},
                 {"preview", text()},
                 {"is_read", flag()},
                 {"created_at", time()}});
}

Schema event() {
  return object(
      {{"id", or_null(text())},
       {"type",
        one_of_texts({"message.created", "message.updated", "message.deleted", "message.read",
                      "notification.created", "notification.updated", "conversation.created",
                      "conversation.updated", "conversation.deleted", "participant.added",
                      "participant.removed", "presence", "typing", "reset"})},
       {"at", time()},
       {"conversation", or_null(uuid())},
       {"data", of_type("object")}});
}

Schema event_page() {
  Schema schema = page_of("Event");
  add(schema, {"cursor", text()}, true);
  return schema;
}

Schema revision() {
  return object({{"id", uuid()},
                 {"message", uuid()},
                 {"content", text()},
                 {"edited_at", time()},
                 {"edited_by", ref("Person")}});
}

Schema root() {
  return object({{"users", link()},
                 {"conversations", link()},
                 {"messages", link()},
                 {"unread", link()},
                 {"notifications", link()},
                 {"token", link()},
                 {"login", link()},
                 {"schema", link()}});
}

Schema admin_root() {
  return object({{"statistics", link()},
                 {"users", link()},
                 {"conversations", link()},
                 {"messages", link()},
                 {"notifications", link()},
                 {"audit", link()},
                 {"cluster", link()}});
}

Schema number() { return {{"type", "number"}, {"minimum", 0}}; }

Schema statistics() {
  return object(
      {{"users",
        object(
            {{"total", count()}, {"active", count()}, {"admins", count()}, {"online", count()}})},
       {"conversations", count()},
       {"messages", count()},
       {"streams", count()},
       {"version", text()},
       {"database", one_of_texts({"sqlite", "postgresql"})},
       {"started_at", time()},
       {"uptime_seconds", count()},
       {"messages_per_minute", list_of(object({{"at", time()}, {"count", count()}}))},
       {"commit_latency_ms", object({{"p50", or_null(number())}, {"p99", or_null(number())}})},
       {"commits_per_second", number()},
       {"requests_per_second", number()},
       {"awake", object({{"users", count()}, {"conversations", count()}})},
       {"nodes", count()}});
}

Schema removal() {
  return object({{"messages_sent", count()},
                 {"messages_received", count()},
                 {"replies_below", count()},
                 {"conversations", count()},
                 {"conversations_left_empty", count()},
                 {"notifications", count()},
                 {"history_entries", count()}});
}

/// The values of whatever fields have changed.
Schema changed_values() {
  return {{"oneOf",
           Schema::array({{{"type", "object"}, {"additionalProperties", true}}, of_type("null")})}};
}

Schema audit_entry() {
  return object({{"id", integer()},
                 {"at", time()},
                 {"actor", ref_or_null("Person")},
                 {"actor_name", text()},
                 {"action", text()},
                 {"target_type", one_of_texts({"user", "conversation", "message"})},
                 {"target_id", uuid()},
                 {"target_label", text()},
                 {"before", changed_values()},
                 {"after", changed_values()},
                 {"client", text()}});
}

Schema cluster() {
  const Schema node = object({{"node_id", uuid()},
                              {"name", text()},
                              {"state", text()},
                              {"address", text()},
                              {"build", text()},
                              {"started_at", time()},
                              {"self", flag()},
                              {"lease_age_ms", or_null(number())},
                              {"shards", count()}});
  const Schema shards = object({{"total", count()},
                                {"owned", count()},
                                {"taken", count()},
                                {"handed_over", count()},
                                {"lost", count()},
                                {"fenced_changes", count()}});
  return object({{"nodes", list_of(node)}, {"shards", shards}});
}

Schema problem() {
  const Schema refused_token =
      object({{"token_class", text()}, {"token_type", text()}, {"message", text()}});
  return object({{"detail", text()}, {"code", text()}}, {{"messages", list_of(refused_token)}});
}

/// {"field": ["…"]}, or for lists {"field": {"0": ["…"]}}.
Schema field_errors() {
  const Schema messages = list_of(text());
  const Schema by_index = {{"type", "object"}, {"additionalProperties", messages}};
  return {{"type", "object"},
          {"additionalProperties", {{"oneOf", Schema::array({messages, by_index})}}}};
}

}  // namespace

Schema component_schemas() {
  Schema schemas;
  schemas["Person"] = object({{"id", integer()}, {"user_id", uuid()}, {"username", text()}});
  schemas["User"] = user();
  schemas["Message"] = message();
  schemas["Conversation"] = conversation();
  schemas["ConversationDetail"] = conversation_detail();
  schemas["Notification"] = notification();
  schemas["Revision"] = revision();
  schemas["AuditEntry"] = audit_entry();
  for (const std::string_view name :
       {"User", "Message", "Conversation", "Notification", "Revision", "AuditEntry"}) {
    schemas[std::string(name) + "Page"] = page_of(name);
  }
  schemas["Event"] = event();
  schemas["EventPage"] = event_page();
  schemas["TokenPair"] = object({{"access", text()}, {"refresh", text()}});
  schemas["Marked"] = object({{"status", text()}, {"updated", count()}});
  schemas["Empty"] = object({});
  schemas["Status"] = object({{"status", text()}});
  schemas["Root"] = root();
  schemas["AdminRoot"] = admin_root();
  schemas["Statistics"] = statistics();
  schemas["Removal"] = removal();
  schemas["Cluster"] = cluster();
  schemas["Document"] = of_type("object");
  schemas["Problem"] = problem();
  schemas["FieldErrors"] = field_errors();
  return schemas;
}

}  // namespace confab::http
