#include "config/env_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/config/temporary_directory.hpp"

namespace confab::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

struct Scenario {
  const char* line;
  const char* value;
};

class EnvLine : public testing::TestWithParam<Scenario> {};

TEST_P(EnvLine, GivesItsValue) {
  const auto file = parse_env_text(GetParam().line, ".env");
  EXPECT_THAT(file.mistakes, IsEmpty());
  EXPECT_THAT(file.values, ElementsAre(Pair("KEY", GetParam().value)));
}

INSTANTIATE_TEST_SUITE_P(
    Lines, EnvLine,
    testing::Values(Scenario{"KEY=value", "value"}, Scenario{"KEY=", ""},
                    Scenario{"export KEY=value", "value"}, Scenario{"  KEY = value  ", "value"},
                    Scenario{"KEY=value\r\n", "value"}, Scenario{"\xEF\xBB\xBFKEY=value", "value"},
                    Scenario{"KEY=a b c", "a b c"}, Scenario{"KEY=value # comment", "value"},
                    Scenario{"KEY=# comment", ""}, Scenario{"KEY=val#ue", "val#ue"},
                    Scenario{"KEY=a=b=c", "a=b=c"}, Scenario{"KEY='a # b'", "a # b"},
                    Scenario{"KEY='a\\nb' # comment", "a\\nb"}, Scenario{"KEY=\"a # b\"", "a # b"},
                    Scenario{R"(KEY="say \"hi\" \\ \$x \n")", R"(say "hi" \ $x \n)"},
                    Scenario{"KEY=\"\"", ""}, Scenario{"KEY=first\nKEY=second", "second"},
                    Scenario{"# comment\n\n   \nKEY=value\n#KEY=other", "value"}));

class BadEnvLine : public testing::TestWithParam<const char*> {};

TEST_P(BadEnvLine, IsAMistakeThatDoesNotQuoteTheLine) {
  const auto file = parse_env_text(GetParam(), ".env");
  EXPECT_THAT(file.values, IsEmpty());
  ASSERT_EQ(file.mistakes.size(), 1U);
  EXPECT_THAT(file.mistakes.front(), HasSubstr(".env, line 1"));
  EXPECT_THAT(file.mistakes.front(), Not(HasSubstr("hunter2")));
}

INSTANTIATE_TEST_SUITE_P(Lines, BadEnvLine,
                         testing::Values("hunter2", "=hunter2", "K EY=hunter2", "KEY='hunter2",
                                         "KEY=\"hunter2", "KEY='hunter2' more",
                                         "KEY=\"hunter2\\\""));

TEST(EnvFile, NamesTheLineOfEachMistake) {
  const auto file = parse_env_text("A=1\nbad\nB=2\nalso bad\n", "confab.conf");
  EXPECT_THAT(file.values, ElementsAre(Pair("A", "1"), Pair("B", "2")));
  EXPECT_THAT(file.mistakes, ElementsAre(HasSubstr("line 2"), HasSubstr("line 4")));
}

TEST(EnvFile, AMissingFileIsAMistake) {
  const TemporaryDirectory directory;
  EXPECT_THAT(read_env_file(directory.path() / "none").mistakes,
              ElementsAre(HasSubstr("No such file")));
}

TEST(EnvFile, ADirectoryIsAMistake) {
  const TemporaryDirectory directory;
  EXPECT_THAT(read_env_file(directory.path()).mistakes, ElementsAre(HasSubstr("cannot be read")));
}

}  // namespace
}  // namespace confab::config
