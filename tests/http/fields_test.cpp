#include "http/json/fields.hpp"

#include <gtest/gtest.h>

namespace confab::http {
namespace {

Route route_with(std::vector<Field> fields) {
  Route route;
  route.fields = std::move(fields);
  return route;
}

Body json_body(std::string_view text) { return {Json::parse(text), false}; }

/// What one reading of `field` out of `text` complains about; empty: nothing.
template <class Read>
std::string complaint(const Field& field, std::string_view text, Read read) {
  const Route route = route_with({field});
  const Body body = json_body(text);
  FieldReader fields(route, body);
  read(fields);
  return fields.failed() ? fields.problem().body : "";
}

const Field kContent = {
    .name = "content", .alias = "message_body", .required = true, .max_length = 10};

std::string text_complaint(std::string_view text) {
  return complaint(kContent, text, [](FieldReader& fields) { fields.text("content"); });
}

std::optional<std::string> text_value(std::string_view text) {
  const Route route = route_with({kContent});
  const Body body = json_body(text);
  FieldReader fields(route, body);
  return fields.text("content");
}

TEST(TextField, ComplainsInDrfsWords) {
  struct Case {
    std::string_view body;
    std::string_view complaint;
  };
  const Case cases[] = {
      {R"({})", R"({"content":["This field is required."]})"},
      {R"({"content":null})", R"({"content":["This field may not be null."]})"},
      {R"({"content":""})", R"({"content":["This field may not be blank."]})"},
      {R"({"content":" \u00a0\u3000\t"})", R"({"content":["This field may not be blank."]})"},
      {R"({"message_body":"  "})", R"({"message_body":["This field may not be blank."]})"},
      {R"({"content":{"a":1}})", R"({"content":["Not a valid string."]})"},
      {R"({"content":["a"]})", R"({"content":["Not a valid string."]})"},
      {R"({"content":true})", R"({"content":["Not a valid string."]})"},
      {R"({"content":"a\u0000b"})", R"({"content":["Null characters are not allowed."]})"},
      {R"({"content":"12345678901"})",
       R"({"content":["Ensure this field has no more than 10 characters."]})"},
      {R"([])", R"({"non_field_errors":["Invalid data. Expected a dictionary, but got list."]})"},
      {R"("x")", R"({"non_field_errors":["Invalid data. Expected a dictionary, but got str."]})"},
      {R"(5)", R"({"non_field_errors":["Invalid data. Expected a dictionary, but got int."]})"},
      {R"(null)",
       R"({"non_field_errors":["Invalid data. Expected a dictionary, but got NoneType."]})"},
  };
  for (const Case& c : cases) EXPECT_EQ(text_complaint(c.body), c.complaint) << c.body;
}

TEST(TextField, IsTrimmedAndCountedInCharacters) {
  EXPECT_EQ(text_value(R"({"content":"  trimmed \n"})"), "trimmed");
  EXPECT_EQ(text_value(R"({"content":"\u3000☕☕☕☕☕☕☕☕☕☕\u2003"})"), "☕☕☕☕☕☕☕☕☕☕");
  EXPECT_EQ(text_value(R"({"content":5})"), "5");
  EXPECT_EQ(text_value(R"({"content":1.5})"), "1.5");
  EXPECT_EQ(text_value(R"({"message_body":"x"})"), "x");
  EXPECT_EQ(text_value(R"({"message_body":"x","content":"y"})"), "y");
}

TEST(TextField, KeepsAPasswordAsItIs) {
  const Route route = route_with({{.name = "password", .type = FieldType::password}});
  const Body body = json_body(R"({"password":"  secret "})");
  FieldReader fields(route, body);
  EXPECT_EQ(fields.text("password"), "  secret ");
}

TEST(ChoiceField, NamesWhatIsNoChoice) {
  const Field role = {.name = "role", .type = FieldType::choice, .choices = {"guest", "host"}};
  const auto read = [](FieldReader& fields) { fields.text("role"); };
  EXPECT_EQ(complaint(role, R"({"role":"host"})", read), "");
  EXPECT_EQ(complaint(role, R"({"role":"king"})", read),
            R"({"role":["\"king\" is not a valid choice."]})");
}

TEST(BooleanField, TakesDjangosSpellings) {
  const Route route = route_with({{.name = "is_read", .type = FieldType::boolean}});
  const std::pair<std::string_view, bool> spellings[] = {
      {"true", true},   {"\"True\"", true},   {"1", true},  {"\"on\"", true},   {"\"y\"", true},
      {"false", false}, {"\"FALSE\"", false}, {"0", false}, {"\"off\"", false}, {"\"no\"", false}};
  for (const auto& [text, expected] : spellings) {
    const Body body = json_body("{\"is_read\":" + std::string(text) + "}");
    FieldReader fields(route, body);
    EXPECT_EQ(fields.boolean("is_read"), expected) << text;
  }
  for (const char* text : {"\"maybe\"", "2", "1.0", "[]", "{}", "\"\""}) {
    const Body body = json_body("{\"is_read\":" + std::string(text) + "}");
    FieldReader fields(route, body);
    EXPECT_EQ(fields.boolean("is_read"), std::nullopt);
    EXPECT_EQ(fields.problem().body, R"({"is_read":["Must be a valid boolean."]})") << text;
  }
}

TEST(UsersField, ComplainsInDrfsWords) {
  const Field users = {.name = "participant_ids", .type = FieldType::users, .required = true};
  struct Case {
    std::string_view ids;
    std::string_view complaint;
  };
  const Case cases[] = {
      {"5", "Expected a list of items but got type \\\"int\\\"."},
      {"\"x\"", "Expected a list of items but got type \\\"str\\\"."},
      {"{}", "Expected a list of items but got type \\\"dict\\\"."},
      {"[\"x\"]", "Incorrect type. Expected pk value, received str."},
      {"[true]", "Incorrect type. Expected pk value, received bool."},
      {"[1.5]", "Incorrect type. Expected pk value, received float."},
      {"[{\"id\":1}]", "Incorrect type. Expected pk value, received dict."},
      {"[[1]]", "Incorrect type. Expected pk value, received list."},
      {"[null]", "This field may not be null."},
      {"[0]", "Invalid pk \\\"0\\\" - object does not exist."},
      {"[-1]", "Invalid pk \\\"-1\\\" - object does not exist."},
      {"[99999999999999999999]", "Incorrect type. Expected pk value, received float."},
      {"null", "This field may not be null."},
  };
  for (const Case& c : cases) {
    const std::string body = "{\"participant_ids\":" + std::string(c.ids) + "}";
    EXPECT_EQ(complaint(users, body, [](FieldReader& f) { f.users("participant_ids"); }),
              "{\"participant_ids\":[\"" + std::string(c.complaint) + "\"]}")
        << c.ids;
  }
}

TEST(UsersField, TakesEitherId) {
  const Route route = route_with({{.name = "participant_ids", .type = FieldType::users}});
  const Body body =
      json_body(R"({"participant_ids":[2,"3","550e8400-e29b-41d4-a716-446655440000"]})");
  FieldReader fields(route, body);
  const auto users = fields.users("participant_ids");
  ASSERT_TRUE(users && users->size() == 3);
  EXPECT_EQ(std::get<actors::UserId>((*users)[0].ref).value, 2);
  EXPECT_EQ(std::get<actors::UserId>((*users)[1].ref).value, 3);
  EXPECT_TRUE(std::holds_alternative<storage::Uuid>((*users)[2].ref));
}

TEST(UsersField, TakesOneValueOfAFormForAList) {
  const Route route = route_with({{.name = "participant_ids", .type = FieldType::users}});
  const Body body = {Json{{"participant_ids", "2"}}, true};
  FieldReader fields(route, body);
  EXPECT_EQ(fields.users("participant_ids")->size(), 1U);
}

TEST(MessageField, TakesAUuidOrNothing) {
  const Field parent = {.name = "parent_message",
                        .alias = "parent_message_id",
                        .type = FieldType::message,
                        .may_be_null = true};
  const auto read = [](FieldReader& fields) { fields.message("parent_message"); };
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"null", ""},
      {"\"550e8400-e29b-41d4-a716-446655440000\"", ""},
      {"\"zzz\"", "“zzz” is not a valid UUID."},
      {"5", "“5” is not a valid UUID."},
      {"true", "Incorrect type. Expected pk value, received bool."},
      {"[]", "Incorrect type. Expected pk value, received list."},
  };
  for (const auto& [value, expected] : cases) {
    const std::string body = "{\"parent_message\":" + std::string(value) + "}";
    const std::string wanted =
        expected.empty() ? "" : "{\"parent_message\":[\"" + std::string(expected) + "\"]}";
    EXPECT_EQ(complaint(parent, body, read), wanted) << value;
  }
}

TEST(MessagesField, PointsAtTheElementsThatAreNone) {
  const Field ids = {.name = "message_ids", .type = FieldType::messages, .required = true};
  const auto read = [](FieldReader& fields) { fields.messages("message_ids"); };
  EXPECT_EQ(complaint(ids, R"({"message_ids":["x"]})", read),
            R"({"message_ids":{"0":["Must be a valid UUID."]}})");
  EXPECT_EQ(
      complaint(ids, R"({"message_ids":["550e8400-e29b-41d4-a716-446655440000",7,null]})", read),
      R"({"message_ids":{"1":["Must be a valid UUID."],"2":["This field may not be null."]}})");
  EXPECT_EQ(complaint(ids, R"({"message_ids":"x"})", read),
            R"({"message_ids":["Expected a list of items but got type \"str\"."]})");
  EXPECT_EQ(complaint(ids, R"({"message_ids":[]})", read), "");
}

TEST(FieldReader, CollectsAllComplaintsInOrder) {
  const Route route = route_with({{.name = "username", .alias = "email", .required = true},
                                  {.name = "password", .required = true}});
  const Body body = json_body("{}");
  FieldReader fields(route, body);
  fields.text("username");
  fields.text("password");
  EXPECT_EQ(fields.problem().body,
            R"({"username":["This field is required."],"password":["This field is required."]})");
  fields.refuse_first("extra", "x");
  EXPECT_TRUE(fields.problem().body.starts_with(R"({"extra":["x"],"username")"));
}

TEST(References, AreEitherAPositiveNumberOrAUuid) {
  for (const char* text : {"1", "9223372036854775807", "550e8400-e29b-41d4-a716-446655440000"}) {
    EXPECT_TRUE(parse_user_ref(text)) << text;
    EXPECT_TRUE(parse_conversation_ref(text)) << text;
  }
  for (const char* text : {"", "0", "-1", "+1", "1e3", "abc", "1.0", " 1", "9223372036854775808",
                           "00000000-0000-0000-0000-000000000000", "me", "%00"}) {
    EXPECT_FALSE(parse_user_ref(text)) << text;
  }
}

}  // namespace
}  // namespace confab::http
