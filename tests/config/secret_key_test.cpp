#include "config/secret_key.hpp"

#include <filesystem>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/config/temporary_directory.hpp"

namespace confab::config {
namespace {

TEST(SecretKey, WeakOnesAreFound) {
  for (const auto* key :
       {"", "short", "0123456789abcdef0123456789abcde", "your-secret-key-here", "changeme",
        "django-insecure-4q!x8)w#k2v9z0@c7r5t1y3u6i8o_p", "YOUR_SECRET_KEY_HERE_abcdefghijklmnop",
        "change-me-change-me-change-me-change-me", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "abababababababababababababababababababab"}) {
    EXPECT_TRUE(weakness_of_secret_key(key).has_value()) << key;
  }
}

TEST(SecretKey, RandomOnesAreSound) {
  EXPECT_FALSE(weakness_of_secret_key("q8Zf1v0RkP6yT3mXw9LbN2sJ7hD5cA4e").has_value());
}

TEST(SecretKey, IsMadeOnceAndKeptForItsOwnerOnly) {
  const TemporaryDirectory directory;
  const auto data_dir = directory.path() / "new" / "data";
  const auto first = kept_secret_key(data_dir);
  ASSERT_EQ(first.mistake, "");
  EXPECT_EQ(first.key.reveal().size(), 96U);
  EXPECT_EQ(kept_secret_key(data_dir).key.reveal(), first.key.reveal());

  struct stat status {};
  ASSERT_EQ(::stat((data_dir / "secret_key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  const std::filesystem::directory_iterator entries(data_dir);
  EXPECT_EQ(std::distance(begin(entries), end(entries)), 1) << "a draft was left behind";
}

TEST(SecretKey, DifferentInstallationsGetDifferentKeys) {
  const TemporaryDirectory one;
  const TemporaryDirectory other;
  EXPECT_NE(kept_secret_key(one.path()).key.reveal(), kept_secret_key(other.path()).key.reveal());
}

TEST(SecretKey, ProcessesThatStartTogetherAgree) {
  const TemporaryDirectory directory;
  std::vector<std::string> keys(8);
  {
    std::vector<std::jthread> threads;
    threads.reserve(keys.size());
    for (auto& key : keys) {
      threads.emplace_back([&] { key = kept_secret_key(directory.path()).key.reveal(); });
    }
  }
  EXPECT_EQ(std::set<std::string>(keys.begin(), keys.end()).size(), 1U);
  EXPECT_FALSE(keys.front().empty());
}

TEST(SecretKey, AnEmptyFileIsAMistakeAndIsLeftAlone) {
  const TemporaryDirectory directory;
  directory.write("secret_key", "");
  const auto kept = kept_secret_key(directory.path());
  EXPECT_TRUE(kept.key.empty());
  EXPECT_NE(kept.mistake, "");
}

TEST(SecretKey, AnUnusableDirectoryIsAMistake) {
  const TemporaryDirectory directory;
  directory.write("file", "");
  const auto kept = kept_secret_key(directory.path() / "file" / "data");
  EXPECT_TRUE(kept.key.empty());
  EXPECT_NE(kept.mistake, "");
}

}  // namespace
}  // namespace confab::config
