#include "config/metrics.hpp"

#include <stdexcept>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace confab::metrics {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Metrics, ACounterIsRenderedWithHelpTypeAndLabels) {
  const auto requests = counter("test_requests_total", "Requests.", {{"route", "a"}});
  requests.add();
  requests.add(2);
  const auto text = render();
  EXPECT_THAT(text, HasSubstr("# HELP test_requests_total Requests.\n"
                              "# TYPE test_requests_total counter\n"
                              "test_requests_total{route=\"a\"} 3\n"));
}

TEST(Metrics, TheSameNameAndLabelsAreTheSameMetric) {
  counter("test_same_total", "Same.", {{"k", "v"}}).add();
  counter("test_same_total", "Same.", {{"k", "v"}}).add();
  counter("test_same_total", "Same.", {{"k", "w"}}).add();
  const auto text = render();
  EXPECT_THAT(text, HasSubstr("test_same_total{k=\"v\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("test_same_total{k=\"w\"} 1\n"));
}

TEST(Metrics, CountsFromManyThreadsAddUp) {
  const auto many = counter("test_many_total", "Many.");
  {
    std::vector<std::jthread> threads;
    threads.reserve(4);
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([many] {
        for (int n = 0; n < 10000; ++n) {
          many.add();
        }
      });
    }
  }
  EXPECT_THAT(render(), HasSubstr("test_many_total 40000\n"));
}

TEST(Metrics, AGaugeGoesUpAndDown) {
  const auto open = gauge("test_open", "Open.");
  open.set(5);
  open.add(-2);
  EXPECT_THAT(render(), HasSubstr("# TYPE test_open gauge\ntest_open 3\n"));
}

TEST(Metrics, AHistogramCountsInBuckets) {
  const auto sizes = histogram("test_batch", "Batch.", {1, 10});
  sizes.observe(1);
  sizes.observe(7);
  sizes.observe(70);
  const auto text = render();
  EXPECT_THAT(text, HasSubstr("test_batch_count 3\n"));
  EXPECT_THAT(text, HasSubstr("test_batch_sum 78\n"));
  EXPECT_THAT(text, HasSubstr("test_batch_bucket{le=\"1\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("test_batch_bucket{le=\"10\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("test_batch_bucket{le=\"+Inf\"} 3\n"));
}

TEST(Metrics, AnObservationIsAskedAtEachRenderingWhileItLives) {
  double value = 1;
  {
    const auto observation = observe(ObservedKind::gauge, "test_observed", "Observed.",
                                     {{"k", "v"}}, [&value] { return value; });
    EXPECT_THAT(render(), HasSubstr("# TYPE test_observed gauge\ntest_observed{k=\"v\"} 1\n"));
    value = 2;
    EXPECT_THAT(render(), HasSubstr("test_observed{k=\"v\"} 2\n"));
  }
  EXPECT_THAT(render(), Not(HasSubstr("test_observed")));
}

TEST(Metrics, ObservationsOfOneNameStandTogether) {
  const auto read = [] { return 1.0; };
  auto first = observe(ObservedKind::counter, "test_pair_total", "Pair.", {{"n", "1"}}, read);
  const auto other = observe(ObservedKind::counter, "test_other_total", "Other.", {}, read);
  const auto second =
      observe(ObservedKind::counter, "test_pair_total", "Pair.", {{"n", "2"}}, read);
  const auto moved = std::move(first);
  EXPECT_THAT(render(), HasSubstr("test_pair_total{n=\"1\"} 1\ntest_pair_total{n=\"2\"} 1\n"));
}

TEST(Metrics, LabelValuesAreEscaped) {
  counter("test_escaped_total", "Escaped.", {{"k", "a\"b\nc\\"}}).add();
  EXPECT_THAT(render(), HasSubstr("test_escaped_total{k=\"a\\\"b\\nc\\\\\"} 1\n"));
}

TEST(Metrics, MalformedNamesAndMixedKindsAreRefused) {
  EXPECT_THROW(counter("test-bad", "Bad."), std::invalid_argument);
  EXPECT_THROW(
      {
        const auto bad = observe(ObservedKind::gauge, "test bad", "Bad.", {}, [] { return 0.0; });
      },
      std::invalid_argument);
  counter("test_kind", "Kind.");
  EXPECT_THROW(gauge("test_kind", "Kind."), std::invalid_argument);
}

TEST(Metrics, TheProcessIsObservedOnce) {
  observe_process();
  observe_process();
  const auto text = render();
  const auto first = text.find("\nprocess_resident_memory_bytes ");
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(text.find("\nprocess_resident_memory_bytes ", first + 1), std::string::npos);
  EXPECT_THAT(text, HasSubstr("process_cpu_seconds_total"));
  EXPECT_THAT(text, HasSubstr("process_open_fds"));
}

}  // namespace
}  // namespace confab::metrics
