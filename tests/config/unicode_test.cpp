#include "config/unicode.hpp"

#include <gtest/gtest.h>

namespace confab::unicode {
namespace {

TEST(Unicode, FindsWhereATextStopsBeingUtf8) {
  EXPECT_FALSE(find_encoding_fault(""));
  EXPECT_FALSE(find_encoding_fault("plain"));
  EXPECT_FALSE(find_encoding_fault("é ☕ \U0001F980 \U0010FFFF \uFFFD"));
  for (const auto& [text, position] : std::initializer_list<std::pair<const char*, std::size_t>>{
           {"\xff", 0},
           {"more than eight bytes \x80", 22},
           {"é\xc3", 2},
           {"a\xc0\xaf", 1},
           {"\xe2\x98(", 0},
           {"\xed\xa0\x80", 0},
           {"\xf4\x90\x80\x80", 0},
       }) {
    const auto fault = find_encoding_fault(text);
    ASSERT_TRUE(fault) << text;
    EXPECT_EQ(fault->position, position) << text;
    EXPECT_FALSE(fault->reason.empty());
  }
}

TEST(Unicode, CountsCharactersAndNotBytes) {
  EXPECT_EQ(count_characters(""), 0U);
  EXPECT_EQ(count_characters("aé☕\U0001F980"), 4U);
}

TEST(Unicode, TakesOneCharacterAfterTheOther) {
  EXPECT_EQ(to_code_points("aé☕\U0001F980"), U"aé☕\U0001F980");
  EXPECT_EQ(to_code_points(""), U"");
  EXPECT_EQ(to_code_points("\xff!"), U"\uFFFD!") << "no byte of UTF-8";
  EXPECT_EQ(to_code_points("\xc3("), U"\uFFFD(") << "no continuation";
  EXPECT_EQ(to_code_points("\xe2\x98"), U"\uFFFD\uFFFD") << "cut short";
  EXPECT_EQ(to_code_points("\xed\xa0\x80"), U"\uFFFD\uFFFD\uFFFD") << "a surrogate";
  EXPECT_EQ(to_code_points("\xc0\xaf"), U"\uFFFD\uFFFD") << "too long a form";
}

TEST(Unicode, CutsBetweenCharacters) {
  EXPECT_EQ(first_characters("añb☕c", 2), "añ");
  EXPECT_EQ(first_characters("añb☕c", 4), "añb☕");
  EXPECT_EQ(first_characters("añb", 9), "añb");
}

TEST(Unicode, TrimsEverySpaceAtBothEndsAndNoneWithin) {
  EXPECT_EQ(trim_space("\u2003\t a\u00a0é \u3000\n"), "a\u00a0é");
  EXPECT_EQ(trim_space(" \u1680 "), "");
}

}  // namespace
}  // namespace confab::unicode
