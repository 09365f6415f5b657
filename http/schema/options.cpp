#include "http/schema/options.hpp"

#include <nlohmann/json.hpp>

#include "http/json/body.hpp"
#include "http/server/grammar.hpp"

namespace confab::http {
namespace {

using OrderedJson = nlohmann::ordered_json;

std::string_view type_name(FieldType type) {
  switch (type) {
    case FieldType::text:
    case FieldType::password:
      return "string";
    case FieldType::boolean:
      return "boolean";
    case FieldType::choice:
      return "choice";
    case FieldType::users:
    case FieldType::messages:
      return "list";
    case FieldType::user:
    case FieldType::conversation:
    case FieldType::message:
      return "field";
  }
  return "field";
}

char to_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; }

/// "parent_message" → "Parent message", or each word with a capital.
std::string in_words(std::string_view name, bool capitals) {
  std::string words;
  for (const char c : name) {
    const bool begins = words.empty() || (capitals && words.back() == ' ');
    words += c == '_' || c == '-' ? ' ' : begins ? to_upper(c) : c;
  }
  return words;
}

OrderedJson describe(const Field& field) {
  OrderedJson description = {{"type", type_name(field.type)},
                             {"required", field.required},
                             {"read_only", false},
                             {"label", in_words(field.name, false)}};
  if (field.max_length != 0) description["max_length"] = field.max_length;
  for (const std::string_view choice : field.choices) {
    description["choices"].push_back(
        OrderedJson{{"value", choice}, {"display_name", in_words(choice, false)}});
  }
  return description;
}

OrderedJson actions_of(const Resource& resource) {
  OrderedJson actions = OrderedJson::object();
  for (const Route* route : resource.routes) {
    if (route->fields.empty() || route->method == Method::patch) continue;
    OrderedJson& fields = actions[std::string(to_string(route->method))];
    for (const Field& field : route->fields) fields[std::string(field.name)] = describe(field);
  }
  return actions;
}

}  // namespace

std::string resource_name(std::string_view pattern) {
  std::vector<std::string_view> segments;
  while (!pattern.empty()) {
    const std::string_view segment = pattern.substr(0, pattern.find('/'));
    if (!segment.empty()) segments.push_back(segment);
    pattern.remove_prefix(std::min(pattern.size(), segment.size() + 1));
  }
  if (segments.empty() || segments.back() == "api") return "Api Root";
  const bool is_instance = segments.back().starts_with('{');
  if (is_instance && segments.size() > 1) segments.pop_back();
  std::string name = in_words(segments.back(), true);
  const bool is_plural = name.ends_with('s') && segments.size() > 1;
  if (is_plural) name.pop_back();
  if (is_instance) return name + " Instance";
  return is_plural ? name + " List" : name;
}

std::string options_document(const Resource& resource) {
  OrderedJson document = {{"name", resource_name(resource.pattern)},
                          {"description", resource.routes.front()->summary},
                          {"renders", {kJsonType}},
                          {"parses", {kJsonType, kFormType, kMultipartType}}};
  OrderedJson actions = actions_of(resource);
  if (!actions.empty()) document["actions"] = std::move(actions);
  return document.dump();
}

}  // namespace confab::http
