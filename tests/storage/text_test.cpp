#include "storage/sql/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/sql/search_query.hpp"

namespace confab::storage {
namespace {

TEST(Text, caseIsFoldedInAnyScript) {
  EXPECT_EQ(fold_case("Hello"), "hello");
  EXPECT_EQ(fold_case("ÄÖÜ Éclair"), "äöü éclair");
  EXPECT_EQ(fold_case("ΑΘΗΝΑ"), "αθηνα");
  EXPECT_EQ(fold_case("Москва"), "москва");
  EXPECT_EQ(fold_case("\xff\xfe"), "\xff\xfe");
}

TEST(Text, wordsLoseCaseAccentsAndPunctuation) {
  EXPECT_EQ(index_words("Hello, World! 42x"), "hello world 42x");
  EXPECT_EQ(index_words("Café déjà-vu"), "cafe deja vu");
  EXPECT_EQ(index_words("Καλημέρα κόσμος"), "καλημερα κοσμοσ");
  EXPECT_EQ(index_words("cafe\u0301"), "cafe");
  EXPECT_EQ(index_words("مَرْحَبًا"), "مرحبا");
  EXPECT_EQ(index_words("'); DROP -- \"*:"), "drop");
  EXPECT_EQ(index_words("🎉 !!"), "");
}

TEST(Text, scriptsWithoutSpacesAreCutIntoPairs) {
  EXPECT_EQ(index_words("我爱北京"), "我爱 爱北 北京 京");
  EXPECT_EQ(index_words("去NYC玩"), "去 nyc 玩");
  EXPECT_EQ(index_words("日"), "日");
}

TEST(Text, longWordsAreCutOff) { EXPECT_EQ(index_words(std::string(1000, 'a')).size(), 64U); }

TEST(Text, searchesBecomeQueries) {
  const auto terms = parse_search("Hel \"wor' 北京人 京");
  EXPECT_EQ(to_fts5(terms), R"("hel"* AND "wor"* AND "北京 京人" AND "京"*)");
  EXPECT_EQ(to_tsquery(terms), "'hel':* & 'wor':* & ('北京' <-> '京人') & '京':*");
  EXPECT_TRUE(parse_search(" ?! ").empty());
}

TEST(Text, patternsTakeWildcardsLiterally) { EXPECT_EQ(containing("5%_\\"), "%5\\%\\_\\\\%"); }

}  // namespace
}  // namespace confab::storage
