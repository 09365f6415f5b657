#include <fstream>
#include <iterator>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/settings.hpp"

namespace confab::config {
namespace {

std::string readme() {
  std::ifstream stream(CONFAB_README);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(Readme, ListsEverySettingAsItIsDeclared) {
  const auto text = readme();
  for (const auto& setting : describe_settings()) {
    const auto row =
        fmt::format("| `{}` | {} | {} |\n", setting.name, setting.default_text, setting.sentence);
    EXPECT_THAT(text, testing::HasSubstr(row));
  }
}

}  // namespace
}  // namespace confab::config
