#include "http/pages/assets.hpp"

#include <gtest/gtest.h>

#include "http/negotiation.hpp"

namespace confab::http {
namespace {

const Asset kScript{"assets/a-1.js", "00ff", "plain", "br", "gz"};
const Asset kPicture{"assets/a-1.png", "11ff", "picture", {}, {}};

TEST(AssetTable, KnowsWhatItHoldsAndNothingElse) {
  const std::vector<Asset> assets{kScript, kPicture};
  const AssetTable table(assets);
  ASSERT_NE(table.find("assets/a-1.js"), nullptr);
  EXPECT_EQ(table.find("assets/a-1.js")->plain, "plain");
  for (const char* name : {"", "assets/", "assets/a-1.js/", "assets/../assets/a-1.js",
                           "/etc/passwd", "../etc/passwd", "assets/A-1.js"}) {
    EXPECT_EQ(table.find(name), nullptr) << name;
  }
}

TEST(AssetTable, HoldsEveryPageOfTheBuild) {
  const AssetTable table(embedded_assets());
  for (const char* name : {"admin.html", "docs.html", "demo.html", "page.html", "browsable.html"}) {
    ASSERT_NE(table.find(name), nullptr) << name;
    const std::string_view page = table.find(name)->plain;
    EXPECT_TRUE(page.starts_with("<!DOCTYPE html>")) << name;
    EXPECT_TRUE(page.ends_with("</html>\n")) << name;
  }
}

TEST(AssetTable, NamesOnlyScriptsAndStylesThatItHolds) {
  const AssetTable table(embedded_assets());
  for (const Asset& asset : embedded_assets()) {
    if (!asset.name.ends_with(".html")) continue;
    constexpr std::string_view kFolder = "\"/assets/";
    for (std::size_t at = asset.plain.find(kFolder); at != std::string_view::npos;
         at = asset.plain.find(kFolder, at + 1)) {
      const std::size_t end = asset.plain.find('"', at + 1);
      EXPECT_NE(table.find(asset.plain.substr(at + 2, end - at - 2)), nullptr) << asset.name;
    }
  }
}

TEST(Assets, GoInTheFormThatTheClientTakes) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", ""},       {"gzip", "gzip"},      {"gzip, deflate, br", "br"},
      {"br;q=0", ""}, {"BR, gzip", "br"},    {"gzip;q=0.5, br;q=0", "gzip"},
      {"*", "br"},    {"*, br;q=0", "gzip"}, {"identity", ""},
      {"*;q=0", ""},  {"brotli", ""},        {"gzip;q=x", ""},
  };
  for (const auto& [header, encoding] : cases) {
    EXPECT_EQ(encode_for(kScript, header).encoding, encoding) << header;
  }
  EXPECT_EQ(encode_for(kPicture, "br, gzip").encoding, "");
  EXPECT_EQ(encode_for(kScript, "br").bytes, "br");
  EXPECT_EQ(encode_for(kScript, "gzip").bytes, "gz");
}

TEST(Assets, GiveEveryFormATagOfItsOwn) {
  const std::string plain = encode_for(kScript, "").etag;
  const std::string brotli = encode_for(kScript, "br").etag;
  const std::string gzip = encode_for(kScript, "gzip").etag;
  EXPECT_NE(plain, brotli);
  EXPECT_NE(plain, gzip);
  EXPECT_NE(brotli, gzip);
}

}  // namespace
}  // namespace confab::http
