#include <string>

#include <gtest/gtest.h>

#include "http/json/parse.hpp"

namespace confab::http {
namespace {

std::string fault_of(std::string_view text) {
  const auto parsed = parse_json(text);
  const auto* fault = std::get_if<JsonFault>(&parsed);
  return fault ? fault->message : "";
}

Json value_of(std::string_view text) {
  auto parsed = parse_json(text);
  const auto* fault = std::get_if<JsonFault>(&parsed);
  EXPECT_EQ(fault, nullptr) << text << ": " << (fault ? fault->message : "");
  return fault ? Json() : std::get<Json>(parsed);
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

TEST(ParseJson, TakesWhatIsJson) {
  EXPECT_EQ(value_of(R"({"a":[1,-2,3.5,true,false,null,"x"],"b":{}})").dump(),
            R"({"a":[1,-2,3.5,true,false,null,"x"],"b":{}})");
  EXPECT_EQ(value_of(" \n\"text\" "), "text");
  EXPECT_EQ(value_of("\"naïve ☕ 𝄞\""), "naïve ☕ 𝄞");
  EXPECT_EQ(value_of(R"("\ud834\udd1e")"), "𝄞");
  EXPECT_EQ(value_of(R"("a\u0000b")").get<std::string>(), std::string("a\0b", 3));
  EXPECT_EQ(value_of("18446744073709551615"), 18446744073709551615U);
}

TEST(ParseJson, SaysWhereItStopsInPythonsWords) {
  struct Case {
    std::string_view text;
    std::string_view message;
  };
  const Case cases[] = {
      {"{\"content\": ", "Expecting value: line 1 column 13 (char 12)"},
      {"", "Expecting value: line 1 column 1 (char 0)"},
      {"{'a':1}", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"},
      {"{\"a\" 1}", "Expecting ':' delimiter: line 1 column 6 (char 5)"},
      {"{\"content\": NaN}", "Out of range float values are not JSON compliant: 'NaN'"},
      {"[Infinity]", "Out of range float values are not JSON compliant: 'Infinity'"},
      {"[-Infinity]", "Out of range float values are not JSON compliant: '-Infinity'"},
      {"[1e999]", "Out of range float values are not JSON compliant: 'Infinity'"},
      {"{\"content\":\"\xff\"}",
       "'utf-8' codec can't decode byte 0xff in position 12: invalid start byte"},
      {"\"\xe2\x98", "'utf-8' codec can't decode byte 0xe2 in position 1: unexpected end of data"},
      {"\"\xed\xa0\x80\"",
       "'utf-8' codec can't decode byte 0xed in position 1: invalid continuation byte"},
      {"\xef\xbb\xbf{}", "Unexpected UTF-8 BOM"},
  };
  for (const Case& c : cases) EXPECT_EQ(fault_of(c.text), c.message) << c.text;
}

TEST(ParseJson, RefusesWhatIsAlmostJson) {
  for (const std::string_view text : {"{\"a\":1} x",
                                      "[1,]",
                                      "{\"a\":1,}",
                                      "[1 2]",
                                      "\"abc",
                                      "{\"a\":\"x\ny\"}",
                                      "\"\\q\"",
                                      "01",
                                      "+1",
                                      ".5",
                                      "1.",
                                      "nul",
                                      "tru",
                                      "True",
                                      "// c\n1",
                                      "/**/1",
                                      "[",
                                      "]",
                                      "{",
                                      "}",
                                      ",",
                                      "\"\\ud800\"",
                                      "\"\\udc00\\ud800\"",
                                      "\"\\u12\"",
                                      "'x'",
                                      "undefined",
                                      "0x10",
                                      "[1]]"}) {
    EXPECT_NE(fault_of(text), "") << text;
  }
}

TEST(ParseJson, RefusesANameTwiceInOneObject) {
  EXPECT_NE(fault_of(R"({"a":1,"a":2})"), "");
  EXPECT_NE(fault_of(R"([{"x":{"a":1,"\u0061":2}}])"), "");
  EXPECT_EQ(fault_of(R"({"a":{"a":1},"b":{"a":2}})"), "");
}

TEST(ParseJson, IsBoundedInDepth) {
  EXPECT_EQ(fault_of(nested(kMaxJsonDepth)), "");
  EXPECT_NE(fault_of(nested(kMaxJsonDepth + 1)), "");
  EXPECT_NE(fault_of(std::string(500'000, '[')), "");
  EXPECT_NE(fault_of(nested(100'000)), "");
}

TEST(ParseJson, KeepsSiblingsApart) {
  EXPECT_EQ(value_of(R"([[1],[2,[3]],{"a":[4],"b":{"c":5}},6])").dump(),
            R"([[1],[2,[3]],{"a":[4],"b":{"c":5}},6])");
}

}  // namespace
}  // namespace confab::http
