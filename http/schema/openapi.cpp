#include "http/schema/openapi.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "config/version.hpp"
#include "http/json/body.hpp"
#include "http/schema/components.hpp"
#include "http/server/grammar.hpp"

namespace confab::http {
namespace {

using OrderedJson = nlohmann::ordered_json;

OrderedJson schema_ref(std::string_view name) {
  return {{"$ref", "#/components/schemas/" + std::string(name)}};
}

OrderedJson either_id() {
  return {{"oneOf", OrderedJson::array({{{"type", "integer"}, {"minimum", 1}},
                                        {{"type", "string"}, {"format", "uuid"}}})}};
}

OrderedJson uuid() { return {{"type", "string"}, {"format", "uuid"}}; }

OrderedJson or_null(OrderedJson schema) {
  return {{"oneOf", OrderedJson::array({std::move(schema), {{"type", "null"}}})}};
}

OrderedJson type_of(const Field& field) {
  switch (field.type) {
    case FieldType::text:
    case FieldType::password: {
      OrderedJson schema = {{"type", "string"}};
      if (!field.may_be_blank) schema["minLength"] = 1;
      if (field.max_length != 0) schema["maxLength"] = field.max_length;
      return schema;
    }
    case FieldType::boolean:
      return {{"type", "boolean"}};
    case FieldType::choice:
      return {{"type", "string"}, {"enum", field.choices}};
    case FieldType::user:
    case FieldType::conversation:
      return either_id();
    case FieldType::users:
      return {{"type", "array"}, {"items", either_id()}};
    case FieldType::message:
      return uuid();
    case FieldType::messages:
      return {{"type", "array"}, {"items", uuid()}};
  }
  return {};
}

OrderedJson field_schema(const Field& field) {
  OrderedJson schema = type_of(field);
  if (field.may_be_null) schema = or_null(std::move(schema));
  if (!field.alias.empty()) {
    schema["description"] = "May also be called " + std::string(field.alias) + ".";
  }
  return schema;
}

OrderedJson request_body(const Route& route) {
  OrderedJson schema = {{"type", "object"}, {"properties", OrderedJson::object()}};
  bool required = false;
  for (const Field& field : route.fields) {
    schema["properties"][std::string(field.name)] = field_schema(field);
    if (field.required) schema["required"].push_back(field.name);
    required = required || field.required;
  }
  OrderedJson body = {{"required", required}};
  const bool is_form = route.shape == Shape::html;
  if (!is_form) body["content"][std::string(kJsonType)]["schema"] = schema;
  body["content"][std::string(kFormType)]["schema"] = std::move(schema);
  return body;
}

/// The names in braces, in order.
std::vector<std::string> path_arguments(std::string_view pattern) {
  std::vector<std::string> names;
  for (std::size_t open = pattern.find('{'); open != std::string_view::npos;
       open = pattern.find('{', open + 1)) {
    names.emplace_back(pattern.substr(open + 1, pattern.find('}', open) - open - 1));
  }
  return names;
}

OrderedJson parameters_of(const Route& route) {
  OrderedJson parameters = OrderedJson::array();
  for (const std::string& name : path_arguments(route.pattern)) {
    const bool has_small_id = name == "user" || name == "conversation";
    parameters.push_back({{"name", name},
                          {"in", "path"},
                          {"required", true},
                          {"schema", has_small_id ? either_id() : uuid()}});
  }
  for (const Parameter& parameter : route.parameters) {
    parameters.push_back({{"name", parameter.name},
                          {"in", "query"},
                          {"description", parameter.description},
                          {"schema", {{"type", parameter.type}}}});
  }
  if (route.method == Method::post && route.retry != Retry::none) {
    parameters.push_back({{"$ref", "#/components/parameters/IdempotencyKey"}});
  }
  return parameters;
}

std::string_view describe_status(int status) {
  switch (status) {
    case 201:
      return "Created.";
    case 204:
      return "Done.";
    case 302:
      return "Logged in; on to the page asked for.";
    default:
      return "All went well.";
  }
}

OrderedJson success(const Route& route) {
  OrderedJson response = {{"description", describe_status(route.status)}};
  OrderedJson& content = response["content"];
  switch (route.shape) {
    case Shape::object:
      content[std::string(kJsonType)]["schema"] = schema_ref(route.schema);
      break;
    case Shape::list:
      content[std::string(kJsonType)]["schema"] = schema_ref(std::string(route.schema) + "Page");
      break;
    case Shape::events:
      content[std::string(kJsonType)]["schema"] = schema_ref(std::string(route.schema) + "Page");
      content["text/event-stream"]["schema"] = {{"type", "string"}};
      break;
    case Shape::html:
      content["text/html"]["schema"] = {{"type", "string"}};
      break;
    case Shape::text:
      content["text/plain"]["schema"] = {{"type", "string"}};
      break;
    case Shape::none:
    case Shape::page:
      response.erase("content");
      break;
  }
  return response;
}

OrderedJson responses_of(const Route& route) {
  OrderedJson responses;
  responses[std::to_string(route.status)] = success(route);
  if (route.status == 302) {
    responses["200"] = {{"description", "The form again, with what was wrong."}};
    responses["200"]["content"]["text/html"]["schema"] = {{"type", "string"}};
  }
  const bool is_page = route.shape == Shape::html;
  responses["4XX"] = {
      {"$ref", is_page ? "#/components/responses/RefusedPage" : "#/components/responses/Refused"}};
  responses["5XX"] = {{"$ref", "#/components/responses/Failed"}};
  return responses;
}

std::string tag_of(std::string_view pattern) {
  for (const std::string_view tag :
       {"admin", "users", "conversations", "messages", "notifications", "events", "token"}) {
    if (pattern.starts_with("/api/" + std::string(tag))) return std::string(tag);
  }
  if (pattern.starts_with("/api/user/")) return "users";
  return pattern.starts_with("/api-auth/") ? "session" : "service";
}

std::string description_of(const Route& route) {
  std::string text;
  switch (route.access) {
    case Access::open:
      text = "Anybody may call it.";
      break;
    case Access::user:
      text = "Needs a login.";
      break;
    case Access::admin:
      text = "For admins.";
      break;
  }
  if (route.retry != Retry::none) text += " May be repeated with the same Idempotency-Key.";
  return text;
}

OrderedJson operation(const Route& route) {
  OrderedJson operation = {{"operationId", route.name},
                           {"summary", route.summary},
                           {"description", description_of(route)},
                           {"tags", {tag_of(route.pattern)}}};
  if (route.access == Access::open) operation["security"] = OrderedJson::array();
  OrderedJson parameters = parameters_of(route);
  if (!parameters.empty()) operation["parameters"] = std::move(parameters);
  if (!route.fields.empty()) operation["requestBody"] = request_body(route);
  operation["responses"] = responses_of(route);
  return operation;
}

OrderedJson json_response(std::string_view description, OrderedJson schema) {
  OrderedJson response = {{"description", description}};
  response["content"][std::string(kJsonType)]["schema"] = std::move(schema);
  return response;
}

OrderedJson components() {
  OrderedJson parts;
  parts["schemas"] = component_schemas();
  parts["responses"]["Refused"] = json_response(
      "The request cannot be fulfilled as it stands.",
      {{"anyOf", OrderedJson::array({schema_ref("Problem"), schema_ref("FieldErrors")})}});
  parts["responses"]["RefusedPage"] = parts["responses"]["Refused"];
  parts["responses"]["RefusedPage"]["content"]["text/html"]["schema"] = {{"type", "string"}};
  parts["responses"]["Failed"] =
      json_response("The server cannot answer now.", schema_ref("Problem"));
  parts["parameters"]["IdempotencyKey"] = {
      {"name", "Idempotency-Key"},
      {"in", "header"},
      {"description", "Makes a repetition harmless: it gets the first answer again."},
      {"schema", {{"type", "string"}, {"minLength", 1}, {"maxLength", 255}}}};
  parts["securitySchemes"] = {
      {"bearer", {{"type", "http"}, {"scheme", "bearer"}, {"bearerFormat", "JWT"}}},
      {"session", {{"type", "apiKey"}, {"in", "cookie"}, {"name", "sessionid"}}}};
  return parts;
}

std::string lower_name(Method method) {
  std::string name(to_string(method));
  std::transform(name.begin(), name.end(), name.begin(), to_lower);
  return name;
}

OrderedJson tags() {
  OrderedJson tags = OrderedJson::array();
  const auto add = [&tags](std::string_view name, std::string_view description) {
    tags.push_back({{"name", name}, {"description", description}});
  };
  add("token", "Logging in by token.");
  add("session", "Logging in with a browser.");
  add("users", "Accounts.");
  add("conversations", "Conversations and who takes part in them.");
  add("messages", "Messages, threads, history and what is unread.");
  add("notifications", "What has arrived for the caller.");
  add("events", "What happens, as it happens.");
  add("admin", "For administrators.");
  add("service", "The service itself.");
  return tags;
}

}  // namespace

std::string openapi_document(const Router& router) {
  OrderedJson document = {
      {"openapi", "3.1.0"},
      {"info",
       {{"title", "Confab"},
        {"version", config::version()},
        {"license", {{"name", "MIT License"}, {"identifier", "MIT"}}},
        {"summary", "A messaging service."},
        {"description",
         "Conversations, threads, unread messages and notifications. Every address works with and "
         "without its trailing slash, and below /api/v1/ as below /api/."}}},
      {"servers", OrderedJson::array({{{"url", "/"}}})},
      {"security", OrderedJson::array(
                       {{{"bearer", OrderedJson::array()}}, {{"session", OrderedJson::array()}}})},
      {"tags", tags()}};
  for (const Resource& resource : router.resources()) {
    for (const Route* route : resource.routes) {
      if (route->shape == Shape::page) continue;
      document["paths"][std::string(resource.pattern)][lower_name(route->method)] =
          operation(*route);
    }
  }
  document["components"] = components();
  return document.dump();
}

}  // namespace confab::http
