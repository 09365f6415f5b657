#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "storage/sql/migrations.hpp"
#include "tests/storage/store_fixture.hpp"

namespace confab::storage::test {
namespace {

class MigrationTest : public testing::TestWithParam<Kind> {
 protected:
  std::unique_ptr<Database> database = make_database(GetParam());
};
CONFAB_ON_BOTH_STORES(MigrationTest);

TEST_P(MigrationTest, areAppliedOnce) {
  const auto store = std::move(database->open()).value();
  const int count = static_cast<int>(all_migrations().size());
  EXPECT_EQ(store->migrate().value(), count);
  EXPECT_EQ(store->migrate().value(), 0);
  EXPECT_EQ(database->value("SELECT count(*) FROM schema_migrations"), std::to_string(count));
}

TEST_P(MigrationTest, fourStartersApplyEachOnce) {
  const auto store = std::move(database->open()).value();
  std::atomic<int> applied{0};
  std::mutex mutex;
  std::vector<std::string> failures;
  std::vector<std::thread> starters;
  for (int i = 0; i < 4; ++i) {
    starters.emplace_back([&] {
      const auto result = store->migrate();
      if (result) {
        applied += result.value();
      } else {
        const std::scoped_lock lock(mutex);
        failures.push_back(result.error().detail);
      }
    });
  }
  for (auto& starter : starters) starter.join();
  EXPECT_THAT(failures, testing::IsEmpty());
  EXPECT_EQ(applied, static_cast<int>(all_migrations().size()));
}

TEST_P(MigrationTest, anEditedOneIsRefused) {
  const auto store = std::move(database->open()).value();
  ASSERT_TRUE(store->migrate());
  database->run("UPDATE schema_migrations SET checksum = checksum + 1 WHERE version = 1");
  const auto result = store->migrate();
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().detail, testing::HasSubstr("migration 1 was edited"));
}

TEST_P(MigrationTest, aNewerDatabaseIsRefused) {
  const auto store = std::move(database->open()).value();
  ASSERT_TRUE(store->migrate());
  database->run(
      "INSERT INTO schema_migrations (version, name, checksum, applied_at) "
      "VALUES (999, 'future', 1, 1)");
  const auto result = store->migrate();
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().detail, testing::HasSubstr("newer version"));
}

TEST(Migrations, areNumberedFromOneInBothDialects) {
  int expected = 0;
  for (const Migration& migration : all_migrations()) {
    EXPECT_EQ(migration.version, ++expected);
    EXPECT_FALSE(migration.postgres.empty());
    EXPECT_FALSE(migration.sqlite.empty());
  }
  EXPECT_GE(expected, 2);
}

}  // namespace
}  // namespace confab::storage::test
