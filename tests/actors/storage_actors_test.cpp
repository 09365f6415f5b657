#include <new>
#include <stdexcept>

#include "tests/actors/auth_fixture.hpp"

namespace confab::actors {
namespace {

/// The fixture's storage, with its two readers.
class StorageActorsTest : public AuthFixture {
 protected:
  using Query = std::function<Result<int>(storage::Reader&)>;
  static constexpr int kMoreThanReaders = 5;

  Result<int> read(Query query) {
    auto promise = std::make_shared<std::promise<Result<int>>>();
    auto future = promise->get_future();
    persistence_->read<int>(std::move(query),
                            [promise](Result<int> result) { promise->set_value(result); });
    return wait_for(future);
  }

  /// What a change comes to that is of no account.
  ErrorCode touch_nobody() {
    auto promise = std::make_shared<std::promise<Result<storage::Committed>>>();
    auto future = promise->get_future();
    persistence_->commit(
        storage::TouchUser{UserId{99}, storage::now()},
        [promise](Result<storage::Committed> result) { promise->set_value(std::move(result)); });
    return error_of(wait_for(future)).code;
  }
};

TEST_F(StorageActorsTest, AQueryThatThrowsIsAnsweredAndItsReaderGoesOn) {
  for (int i = 0; i < kMoreThanReaders; ++i) {
    const auto failed = read([](storage::Reader&) -> Result<int> { throw std::bad_alloc(); });
    EXPECT_EQ(error_of(failed).code, ErrorCode::internal);
  }
  EXPECT_EQ(read([](storage::Reader&) { return 7; }).value(), 7);
}

TEST_F(StorageActorsTest, AContinuationThatThrowsEndsNeitherReadersNorTheWriter) {
  for (int i = 0; i < kMoreThanReaders; ++i) {
    persistence_->read<int>([](storage::Reader&) { return 7; },
                            [](const Result<int>&) { throw std::runtime_error("read"); });
  }
  persistence_->commit(
      storage::TouchUser{UserId{99}, storage::now()},
      [](const Result<storage::Committed>&) { throw std::runtime_error("committed"); });
  EXPECT_EQ(read([](storage::Reader&) { return 7; }).value(), 7);
  EXPECT_EQ(touch_nobody(), ErrorCode::not_found);
}

}  // namespace
}  // namespace confab::actors
