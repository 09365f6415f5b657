#include "http/negotiation.hpp"

#include <gtest/gtest.h>

namespace confab::http {
namespace {

/// "json", "html", or the status of the refusal.
std::string outcome(std::string_view accept, std::optional<std::string_view> format = {},
                    bool offers_html = true) {
  const auto chosen = negotiate(accept, format, offers_html);
  if (const auto* problem = std::get_if<Problem>(&chosen)) return std::to_string(problem->status);
  return std::get<Format>(chosen).html ? "html" : "json";
}

TEST(Negotiation, ChoosesFromAccept) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", "json"},
      {"*/*", "json"},
      {"application/json", "json"},
      {"Application/JSON", "json"},
      {"application/*", "json"},
      {"text/csv, application/json;q=0.1", "json"},
      {"application/json;q=0", "406"},
      {"application/xml", "406"},
      {"text/plain", "406"},
      {"text/html", "html"},
      {"text/*", "html"},
      {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html"},
      {"text/html;q=0.5, application/json", "json"},
      {"text/html, application/json", "json"},
      {"*/*;q=0.1, application/json;q=0", "html"},
      {"application/json;q=x", "406"},
      {",,;q=1,", "406"},
  };
  for (const auto& [accept, expected] : cases) EXPECT_EQ(outcome(accept), expected) << accept;
}

TEST(Negotiation, OffersNoPageWhereThereIsNone) {
  EXPECT_EQ(outcome("text/html", {}, false), "406");
  EXPECT_EQ(outcome("text/html,*/*;q=0.8", {}, false), "json");
}

TEST(Negotiation, OffersAStreamToWhoNamesIt) {
  const auto is_stream = [](std::string_view accept, bool offers_html = false) {
    const auto chosen = negotiate(accept, {}, offers_html, true);
    return std::holds_alternative<Format>(chosen) && std::get<Format>(chosen).stream;
  };
  EXPECT_TRUE(is_stream("text/event-stream"));
  EXPECT_TRUE(is_stream("text/event-stream, application/json;q=0.5"));
  EXPECT_TRUE(is_stream("text/event-stream, */*"));
  EXPECT_TRUE(is_stream("text/*"));
  EXPECT_FALSE(is_stream("*/*"));
  EXPECT_FALSE(is_stream(""));
  EXPECT_FALSE(is_stream("application/json, text/event-stream;q=0.5"));
  EXPECT_FALSE(is_stream("text/event-stream;q=0"));
  EXPECT_FALSE(is_stream("text/html, text/*;q=0.9, */*;q=0.8", true));
  EXPECT_EQ(outcome("text/event-stream", {}, false), "406");
}

TEST(Negotiation, LetsTheFormatParameterDecide) {
  EXPECT_EQ(outcome("application/xml", "json"), "json");
  EXPECT_EQ(outcome("*/*", "api"), "html");
  EXPECT_EQ(outcome("*/*", "xml"), "404");
  EXPECT_EQ(outcome("*/*", ""), "404");
}

TEST(Negotiation, ReadsTheIndentation) {
  const auto chosen = negotiate("application/json; indent=4", {}, false);
  EXPECT_EQ(std::get<Format>(chosen).indent, 4U);
  EXPECT_EQ(std::get<Format>(negotiate("application/json; indent=400", {}, false)).indent, 0U);
  EXPECT_EQ(indent_json(R"({"b":1,"a":[2]})", 4),
            "{\n    \"b\": 1,\n    \"a\": [\n        2\n    ]\n}");
}

}  // namespace
}  // namespace confab::http
