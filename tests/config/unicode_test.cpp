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

TEST(Unicode, TrimsEverySpaceAtBothEndsAndNoneWithin) {
  EXPECT_EQ(trim_space("\u2003\t a\u00a0é \u3000\n"), "a\u00a0é");
  EXPECT_EQ(trim_space(" \u1680 "), "");
}

}  // namespace
}  // namespace confab::unicode
