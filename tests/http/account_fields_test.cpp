#include "http/api/account_fields.hpp"

#include <gtest/gtest.h>

namespace confab::http::api {
namespace {

TEST(Username, IsMadeOfLettersDigitsAndAFewSigns) {
  for (const char* name :
       {"alice", "a.b+c-d_e@f", "Ωmega", "张伟", "user123", "alice@example.com"}) {
    EXPECT_TRUE(is_valid_username(name)) << name;
  }
  for (const char* name : {"a b", "a/b", "a<b>", "a\tb", "a\u00a0b", "a\u2003b", "a\u200bb",
                           "a\u202eb", "a!b", "a\"b"}) {
    EXPECT_FALSE(is_valid_username(name)) << name;
  }
}

TEST(Email, HasALocalPartAndADomain) {
  for (const char* email : {"a@b.co", "first.last+tag@sub.example.org", "x@localhost",
                            "o'hara@example.com", "user@bücher.example"}) {
    EXPECT_TRUE(is_valid_email(email)) << email;
  }
  for (const char* email :
       {"", "x", "@", "a@", "@b.co", "a@b", "a b@c.de", "a@b..co", ".a@b.co", "a.@b.co", "a@-b.co",
        "a@b-.co", "a@b.co.", "a@b c.de", "a@@b.co", "a@b.co\n", "<a@b.co>", "a@b/c.de"}) {
    EXPECT_FALSE(is_valid_email(email)) << email;
  }
}

}  // namespace
}  // namespace confab::http::api
