#include "http/json/fields.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "config/unicode.hpp"
#include "http/server/grammar.hpp"

namespace confab::http {

using actors::ConversationId;
using actors::ConversationRef;
using actors::MessageId;
using actors::UserId;
using actors::UserRef;
using storage::parse_uuid;

namespace {

constexpr std::string_view kRequired = "This field is required.";
constexpr std::string_view kNull = "This field may not be null.";
constexpr std::string_view kBlank = "This field may not be blank.";

/// What Python calls the type of a JSON value.
std::string_view python_type(const Json& value) {
  switch (value.type()) {
    case Json::value_t::null:
      return "NoneType";
    case Json::value_t::boolean:
      return "bool";
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
      return "int";
    case Json::value_t::number_float:
      return "float";
    case Json::value_t::string:
      return "str";
    case Json::value_t::array:
      return "list";
    default:
      return "dict";
  }
}

std::string wrong_key_type(const Json& value) {
  return "Incorrect type. Expected pk value, received " + std::string(python_type(value)) + ".";
}

std::string not_a_uuid(std::string_view text) {
  return "“" + std::string(text) + "” is not a valid UUID.";
}

bool is_empty_text(const Json& value) {
  return value.is_string() && value.get_ref<const std::string&>().empty();
}

/// The text of a scalar as a key: strings as they are, whole numbers in digits.
std::optional<std::string> key_text(const Json& value) {
  if (value.is_string()) return value.get_ref<const std::string&>();
  if (value.is_number_integer()) return value.dump();
  return std::nullopt;
}

std::optional<std::int64_t> parse_small_id(std::string_view text) {
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size() || id == 0) return std::nullopt;
  return id;
}

/// The whole number that a text is, even one that cannot be anybody's id.
bool is_integer(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

template <class Ref, class Id>
std::optional<Ref> parse_ref(std::string_view text) {
  if (const auto id = parse_small_id(text)) return Ref(Id{*id});
  if (const auto uuid = parse_uuid(text); uuid && *uuid) return Ref(*uuid);
  return std::nullopt;
}

}  // namespace

std::optional<UserRef> parse_user_ref(std::string_view text) {
  return parse_ref<UserRef, UserId>(text);
}

std::optional<ConversationRef> parse_conversation_ref(std::string_view text) {
  return parse_ref<ConversationRef, ConversationId>(text);
}

FieldReader::FieldReader(const Route& route, const Body& body) : route_(&route), body_(&body) {
  if (!body_->data.is_object()) {
    refuse("non_field_errors", "Invalid data. Expected a dictionary, but got " +
                                   std::string(python_type(body_->data)) + ".");
  }
}

FieldReader::Found FieldReader::find(std::string_view name) {
  const auto field = std::find_if(route_->fields.begin(), route_->fields.end(),
                                  [name](const Field& f) { return f.name == name; });
  if (field == route_->fields.end() || !body_->data.is_object()) return {};
  for (const std::string_view candidate : {field->name, field->alias}) {
    const auto value = candidate.empty() ? body_->data.end() : body_->data.find(candidate);
    if (value == body_->data.end()) continue;
    if (value->is_null() && !field->may_be_null) {
      refuse(candidate, kNull);
      return {};
    }
    return {&*field, candidate, value->is_null() ? nullptr : &*value};
  }
  if (field->required) refuse(field->name, kRequired);
  return {};
}

void FieldReader::check_length(const Found& found, std::string_view text) {
  const std::size_t limit = found.field->max_length;
  if (limit == 0 || text.size() <= limit || unicode::count_characters(text) <= limit) return;
  refuse(found.name,
         "Ensure this field has no more than " + std::to_string(limit) + " characters.");
}

std::optional<std::string> FieldReader::text(std::string_view name) {
  const Found found = find(name);
  if (!found.value) return std::nullopt;
  const Json& value = *found.value;
  if (!value.is_string() && !value.is_number()) {
    refuse(found.name, "Not a valid string.");
    return std::nullopt;
  }
  const std::string given = value.is_string() ? value.get<std::string>() : value.dump();
  if (found.field->type == FieldType::choice) {
    const auto& choices = found.field->choices;
    if (std::find(choices.begin(), choices.end(), given) != choices.end()) return given;
    refuse(found.name, "\"" + given + "\" is not a valid choice.");
    return std::nullopt;
  }
  const bool trimmed = found.field->type != FieldType::password;
  std::string kept(trimmed ? unicode::trim_space(given) : std::string_view(given));
  if (kept.empty() && !found.field->may_be_blank) refuse(found.name, kBlank);
  check_length(found, kept);
  if (kept.find('\0') != std::string::npos) {
    refuse(found.name, "Null characters are not allowed.");
  }
  if (refused(found.name)) return std::nullopt;
  return kept;
}

std::optional<bool> FieldReader::boolean(std::string_view name) {
  const Found found = find(name);
  if (!found.value) return std::nullopt;
  const Json& value = *found.value;
  if (value.is_boolean()) return value.get<bool>();
  std::string text = key_text(value).value_or("");
  std::transform(text.begin(), text.end(), text.begin(), to_lower);
  for (const std::string_view yes : {"t", "y", "yes", "true", "on", "1"}) {
    if (text == yes) return true;
  }
  for (const std::string_view no : {"f", "n", "no", "false", "off", "0"}) {
    if (text == no) return false;
  }
  refuse(found.name, "Must be a valid boolean.");
  return std::nullopt;
}

std::optional<NamedUser> FieldReader::user_of(std::string_view name, const Json& value) {
  if (value.is_null()) {
    refuse(name, kNull);
    return std::nullopt;
  }
  const auto text = key_text(value);
  if (!text) {
    refuse(name, wrong_key_type(value));
    return std::nullopt;
  }
  if (const auto ref = parse_user_ref(*text)) return NamedUser{*ref, *text};
  refuse(name, is_integer(*text) || parse_uuid(*text) ? missing_key_message(*text)
                                                      : wrong_key_type(value));
  return std::nullopt;
}

std::optional<NamedUser> FieldReader::user(std::string_view name) {
  const Found found = find(name);
  if (!found.value) return std::nullopt;
  // An empty form control means that nobody is named.
  if (body_->is_form && found.field->may_be_null && is_empty_text(*found.value)) {
    return std::nullopt;
  }
  return user_of(found.name, *found.value);
}

std::optional<std::vector<const Json*>> FieldReader::elements_of(const Found& found) {
  std::vector<const Json*> elements;
  if (found.value->is_array()) {
    for (const Json& element : *found.value) elements.push_back(&element);
    return elements;
  }
  if (body_->is_form) {
    elements.push_back(found.value);
    return elements;
  }
  refuse(found.name, "Expected a list of items but got type \"" +
                         std::string(python_type(*found.value)) + "\".");
  return std::nullopt;
}

std::optional<std::vector<NamedUser>> FieldReader::users(std::string_view name) {
  const Found found = find(name);
  if (!found.value) return std::nullopt;
  const auto elements = elements_of(found);
  if (!elements) return std::nullopt;
  std::vector<NamedUser> users;
  for (const Json* element : *elements) {
    auto user = user_of(found.name, *element);
    if (!user) return std::nullopt;
    users.push_back(std::move(*user));
  }
  return users;
}

std::optional<NamedConversation> FieldReader::conversation(std::string_view name) {
  const Found found = find(name);
  if (!found.value) return std::nullopt;
  const auto text = key_text(*found.value);
  if (!text) {
    refuse(found.name, wrong_key_type(*found.value));
    return std::nullopt;
  }
  if (const auto ref = parse_conversation_ref(*text)) return NamedConversation{*ref, *text};
  // A number that nothing bears is looked for in vain, like any other.
  if (is_integer(*text)) return NamedConversation{ConversationId{}, *text};
  if (parse_uuid(*text)) return NamedConversation{storage::Uuid{}, *text};
  refuse(found.name, not_a_uuid(*text));
  return std::nullopt;
}

std::optional<MessageId> FieldReader::message(std::string_view name) {
  const Found found = find(name);
  if (!found.value) return std::nullopt;
  const auto text = key_text(*found.value);
  if (!text) {
    refuse(found.name, wrong_key_type(*found.value));
    return std::nullopt;
  }
  if (body_->is_form && is_empty_text(*found.value)) return std::nullopt;
  const auto uuid = parse_uuid(*text);
  if (!uuid) {
    refuse(found.name, not_a_uuid(*text));
  } else if (!*uuid) {
    refuse(found.name, missing_key_message(*text));
  } else {
    return MessageId{*uuid};
  }
  return std::nullopt;
}

std::optional<std::vector<MessageId>> FieldReader::messages(std::string_view name) {
  const Found found = find(name);
  if (!found.value) return std::nullopt;
  const auto elements = elements_of(found);
  if (!elements) return std::nullopt;
  std::vector<MessageId> ids;
  for (std::size_t i = 0; i < elements->size(); ++i) {
    const Json& element = *(*elements)[i];
    const auto uuid = element.is_string() ? parse_uuid(element.get_ref<const std::string&>())
                                          : std::optional<storage::Uuid>();
    if (uuid) {
      ids.push_back(MessageId{*uuid});
    } else {
      errors_[std::string(found.name)][std::to_string(i)] = {
          element.is_null() ? kNull : std::string_view("Must be a valid UUID.")};
    }
  }
  if (refused(found.name)) return std::nullopt;
  return ids;
}

void FieldReader::refuse(std::string_view name, std::string_view message) {
  errors_[std::string(name)].push_back(message);
}

void FieldReader::refuse_first(std::string_view name, std::string_view message) {
  nlohmann::ordered_json others = std::exchange(errors_, nlohmann::ordered_json::object());
  refuse(name, message);
  errors_.update(others);
}

Problem FieldReader::problem() const {
  Problem problem;
  problem.status = 400;
  problem.body = errors_.dump();
  return problem;
}

}  // namespace confab::http
