#include "actors/boards/statistics_board.hpp"

#include <numeric>

#include <gtest/gtest.h>

namespace confab::actors {
namespace {

using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr storage::Timestamp kStart{minutes(30'000'000)};

std::uint64_t sum(const StatisticsBoard::Figures& figures) {
  return std::accumulate(figures.messages.begin(), figures.messages.end(), std::uint64_t{0},
                         [](std::uint64_t n, const auto& minute) { return n + minute.count; });
}

TEST(StatisticsBoard, HasNothingToTellAtFirst) {
  const auto figures = StatisticsBoard().figures(kStart);
  EXPECT_EQ(sum(figures), 0U);
  EXPECT_FALSE(figures.commit_p50_ms.has_value());
  EXPECT_EQ(figures.commits_per_second, 0);
  EXPECT_EQ(figures.messages.back().at, kStart);
  EXPECT_EQ(figures.messages.front().at, kStart - minutes(59));
}

TEST(StatisticsBoard, CountsMessagesByTheMinuteForAnHour) {
  StatisticsBoard board;
  board.committed(kStart, microseconds(1), 3);
  board.committed(kStart + seconds(59), microseconds(1), 4);
  board.committed(kStart + minutes(1), microseconds(1), 5);
  auto figures = board.figures(kStart + minutes(1));
  EXPECT_EQ(figures.messages[58].count, 7U);
  EXPECT_EQ(figures.messages[59].count, 5U);
  EXPECT_EQ(sum(board.figures(kStart + minutes(59))), 12U);
  EXPECT_EQ(sum(board.figures(kStart + minutes(60))), 5U);
  EXPECT_EQ(sum(board.figures(kStart + minutes(61))), 0U);
  board.committed(kStart + minutes(120), microseconds(1), 1);
  EXPECT_EQ(sum(board.figures(kStart + minutes(120))), 1U) << "the slot is used again";
}

TEST(StatisticsBoard, TakesPercentilesOverTheNewestCommits) {
  StatisticsBoard board;
  for (int i = 0; i < 100; ++i) board.committed(kStart, std::chrono::hours(1), 0);
  for (int i = 1; i <= 1000; ++i) board.committed(kStart, microseconds(i * 1000), 0);
  const auto figures = board.figures(kStart);
  EXPECT_NEAR(*figures.commit_p50_ms, 500, 1);
  EXPECT_NEAR(*figures.commit_p99_ms, 990, 1);
}

TEST(StatisticsBoard, AveragesCommitsOverTenWholeSeconds) {
  StatisticsBoard board;
  for (int i = 0; i < 20; ++i) board.committed(kStart, microseconds(1), 0);
  EXPECT_EQ(board.figures(kStart).commits_per_second, 0);
  EXPECT_EQ(board.figures(kStart + seconds(1)).commits_per_second, 2);
  EXPECT_EQ(board.figures(kStart + seconds(10)).commits_per_second, 2);
  EXPECT_EQ(board.figures(kStart + seconds(11)).commits_per_second, 0);
}

}  // namespace
}  // namespace confab::actors
