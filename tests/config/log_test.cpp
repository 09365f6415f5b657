#include "config/log.hpp"

#include <cmath>
#include <cstdio>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace confab::log {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

constexpr std::chrono::system_clock::time_point kTime{std::chrono::microseconds(1753869600000042)};

std::string json_line(Fields fields) {
  return format_line(LogFormat::json, LogLevel::info, kTime, "tried", fields);
}

TEST(LogLine, IsOneJsonObject) {
  const auto line = json_line({{"text", "value"},
                               {"count", 7},
                               {"big", std::numeric_limits<std::uint64_t>::max()},
                               {"ratio", 0.5},
                               {"ok", true}});
  EXPECT_EQ(line, R"({"time":"2025-07-30T10:00:00.000042Z","level":"info","event":"tried",)"
                  R"("text":"value","count":7,"big":18446744073709551615,"ratio":0.5,"ok":true})");
}

TEST(LogLine, NumbersThatJsonDoesNotKnowBecomeZero) {
  const auto parsed = json::parse(json_line({{"x", std::nan("")}, {"y", INFINITY}}));
  EXPECT_EQ(parsed["x"], 0.0);
  EXPECT_EQ(parsed["y"], 0.0);
}

TEST(LogLine, TextFormatIsReadable) {
  EXPECT_EQ(format_line(LogFormat::text, LogLevel::warning, kTime, "slow", {{"table", "a b\nc"}}),
            R"(2025-07-30T10:00:00.000042Z warning slow table="a b\nc")");
}

class AnyByte : public testing::TestWithParam<LogFormat> {};

TEST_P(AnyByte, NeitherBreaksTheLineNorSteersTheTerminal) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string value = std::string("a") + static_cast<char>(byte) + "b";
    const auto line = format_line(GetParam(), LogLevel::info, kTime, value, {{value, value}});
    for (const char c : line) {
      EXPECT_GE(static_cast<unsigned char>(c), 0x20U) << byte;
      EXPECT_NE(static_cast<unsigned char>(c), 0x7FU) << byte;
    }
    if (GetParam() == LogFormat::json) {
      EXPECT_TRUE(json::accept(line)) << byte;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, AnyByte, testing::Values(LogFormat::json, LogFormat::text));

TEST(LogLine, WellFormedTextSurvives) {
  const std::string text = "\"quoted\" \\ Ωμέγα 中文 😀\r\n\t\x01 end";
  EXPECT_EQ(json::parse(json_line({{"text", text}}))["text"], text);
}

struct Escaped {
  const char* text;
  const char* expected;
};

class UnsafeText : public testing::TestWithParam<Escaped> {};

TEST_P(UnsafeText, IsEscaped) {
  EXPECT_THAT(json_line({{"t", GetParam().text}}),
              HasSubstr(std::string("\"t\":\"") + GetParam().expected + "\""));
}

INSTANTIATE_TEST_SUITE_P(
    Texts, UnsafeText,
    testing::Values(Escaped{"\x1b[31m", "\\u001b[31m"}, Escaped{"\xC2\x9B", "\\u009b"},
                    Escaped{"\xE2\x80\xA8", "\\u2028"}, Escaped{"\xFF", "\\ufffd"},
                    Escaped{"\xC0\x8A", "\\ufffd\\ufffd"},
                    Escaped{"\xED\xA0\x80", "\\ufffd\\ufffd\\ufffd"},
                    Escaped{"\xF0\x9F\x98", "\\ufffd\\ufffd\\ufffd"},
                    Escaped{"\xF4\x90\x80\x80", "\\ufffd\\ufffd\\ufffd\\ufffd"}));

class LogFile : public testing::Test {
 protected:
  ~LogFile() override { stop(); }

  std::vector<std::string> lines_after_stop() {
    stop();
    std::rewind(file_.get());
    std::vector<std::string> lines(1);
    for (int c = std::fgetc(file_.get()); c != EOF; c = std::fgetc(file_.get())) {
      if (c == '\n') {
        lines.emplace_back();
      } else {
        lines.back() += static_cast<char>(c);
      }
    }
    EXPECT_EQ(lines.back(), "") << "the last line has no end";
    lines.pop_back();
    return lines;
  }

  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Closer> file_{std::tmpfile()};
};

TEST_F(LogFile, HoldsEventsOfItsLevelAndAbove) {
  start(LogLevel::info, LogFormat::json, file_.get());
  EXPECT_FALSE(enabled(LogLevel::debug));
  debug("hidden");
  info("first", {{"n", 1}});
  error("second");
  const auto lines = lines_after_stop();
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(json::parse(lines[0])["event"], "first");
  EXPECT_EQ(json::parse(lines[1])["level"], "error");
}

TEST_F(LogFile, LinesOfManyThreadsStayWholeAndAreCountedWhenGivenUp) {
  constexpr int kThreads = 4;
  constexpr int kEach = 2000;
  start(LogLevel::info, LogFormat::json, file_.get());
  {
    std::vector<std::jthread> threads;
    threads.reserve(kThreads);
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([thread] {
        for (int n = 0; n < kEach; ++n) {
          info("line", {{"thread", thread}, {"text", std::string(300, 'x')}});
        }
      });
    }
  }
  const auto dropped = dropped_lines();
  const auto lines = lines_after_stop();
  EXPECT_EQ(lines.size() + dropped, static_cast<std::size_t>(kThreads * kEach));
  for (const auto& line : lines) {
    ASSERT_TRUE(json::accept(line)) << line;
  }
}

TEST_F(LogFile, CanBeStartedAgain) {
  start(LogLevel::error, LogFormat::json, file_.get());
  stop();
  stop();
  start(LogLevel::debug, LogFormat::text, file_.get());
  debug("again");
  EXPECT_THAT(lines_after_stop(), testing::ElementsAre(HasSubstr("again")));
}

}  // namespace
}  // namespace confab::log
