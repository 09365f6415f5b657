#include "http/pages/template.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace confab::http::pages {
namespace {

TEST(Template, FillsEveryPlaceOfAName) {
  const Template page("<t><!--a--></t><!--b--><!--a--><!-- kept -->.");
  EXPECT_EQ(page.fill({{"a", "1"}, {"b", "2"}}), "<t>1</t>21<!-- kept -->.");
}

TEST(Template, DoesNotFillWhatItWasFilledWith) {
  const Template page("<!--a-->|<!--b-->");
  EXPECT_EQ(page.fill({{"a", "<!--b-->"}, {"b", "2"}}), "<!--b-->|2");
}

TEST(Template, KeepsAnOpenComment) {
  EXPECT_EQ(Template("x<!--a").fill({{"a", "1"}}), "x<!--a");
  EXPECT_EQ(Template("").fill({}), "");
}

TEST(EscapeHtml, LeavesNothingThatMeansSomething) {
  EXPECT_EQ(escape_html("<a href='x' title=\"y\">&amp;"),
            "&lt;a href=&#x27;x&#x27; title=&quot;y&quot;&gt;&amp;amp;");
  EXPECT_EQ(escape_html("Zoë 🙂"), "Zoë 🙂");
}

TEST(EscapeJson, MeansTheSameAndCannotEndItsElement) {
  const std::string json = R"({"a":"</script><!--<script>&","b":["]]>"]})";
  const std::string escaped = escape_json_in_html(json);
  EXPECT_EQ(escaped.find_first_of("<>&"), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(escaped), nlohmann::json::parse(json));
}

}  // namespace
}  // namespace confab::http::pages
