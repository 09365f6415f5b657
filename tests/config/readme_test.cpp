#include <filesystem>
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
  const auto root = std::filesystem::path(__FILE__).parent_path().parent_path().parent_path();
  std::ifstream stream(root / "README.md");
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
