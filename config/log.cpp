#include "config/log.hpp"

#include <array>
#include <atomic>
#include <cmath>
#include <ctime>
#include <iterator>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <type_traits>

#include <fmt/format.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/formatter.h>
#include <spdlog/sinks/base_sink.h>

#include "config/log_escape.hpp"

namespace confab::log {
namespace {

using Line = fmt::memory_buffer;

constexpr std::array<std::string_view, 4> kLevelNames = {"debug", "info", "warning", "error"};

std::string_view name_of(LogLevel level) { return kLevelNames[static_cast<std::size_t>(level)]; }

// The whole line in one fwrite: standard error is unbuffered, so it is one system call too, and
// lines of several processes on one terminal stay whole.
void write_line(std::FILE* destination, std::string_view line) {
  std::fwrite(line.data(), 1, line.size(), destination);
}

class FileSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit FileSink(std::FILE* destination) : destination_(destination) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    write_line(destination_, {message.payload.data(), message.payload.size()});
  }
  void flush_() override { std::fflush(destination_); }

 private:
  std::FILE* destination_;
};

struct Backend {
  explicit Backend(std::FILE* destination_)
      : destination(destination_),
        pool(std::make_shared<spdlog::details::thread_pool>(kQueuedLines, 1)),
        logger(std::make_shared<spdlog::async_logger>(
            "confab", std::make_shared<FileSink>(destination_), pool,
            spdlog::async_overflow_policy::overrun_oldest)) {
    logger->set_level(spdlog::level::trace);
  }

  std::FILE* destination;
  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::shared_ptr<spdlog::async_logger> logger;
};

struct State {
  std::atomic<LogLevel> level{LogLevel::warning};
  std::atomic<LogFormat> format{LogFormat::json};
  // Writers share it; start() and stop() own it, so a line is never queued on a dying backend.
  std::shared_mutex mutex;
  std::unique_ptr<Backend> backend;
};

// Never destroyed: threads may log while the process is exiting.
State& state() {
  static State& instance = *new State;
  return instance;
}

void append_time(Line& line, std::chrono::system_clock::time_point time) {
  using std::chrono::floor;
  const auto seconds = floor<std::chrono::seconds>(time);
  const auto micros = floor<std::chrono::microseconds>(time - seconds).count();
  const std::time_t since_epoch = std::chrono::system_clock::to_time_t(seconds);
  std::tm utc{};
  ::gmtime_r(&since_epoch, &utc);
  fmt::format_to(std::back_inserter(line), "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z",
                 utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min,
                 utc.tm_sec, micros);
}

void append_text(Line& line, std::string_view text) { line.append(text); }

void append_quoted(Line& line, std::string_view text) {
  line.push_back('"');
  append_escaped(line, text);
  line.push_back('"');
}

void append_value(Line& line, const Value& value) {
  const auto append = [&line](const auto& held) {
    using Held = std::decay_t<decltype(held)>;
    if constexpr (std::is_same_v<Held, std::string_view>) {
      append_quoted(line, held);
    } else if constexpr (std::is_same_v<Held, double>) {
      // JSON knows neither NaN nor infinity.
      fmt::format_to(std::back_inserter(line), "{}", std::isfinite(held) ? held : 0.0);
    } else {
      fmt::format_to(std::back_inserter(line), "{}", held);
    }
  };
  std::visit(append, value);
}

void append_json(Line& line, LogLevel level, std::chrono::system_clock::time_point time,
                 std::string_view event, Fields fields) {
  append_text(line, R"({"time":")");
  append_time(line, time);
  append_text(line, R"(","level":")");
  append_text(line, name_of(level));
  append_text(line, R"(","event":)");
  append_quoted(line, event);
  for (const auto& field : fields) {
    line.push_back(',');
    append_quoted(line, field.name);
    line.push_back(':');
    append_value(line, field.value);
  }
  line.push_back('}');
}

void append_readable(Line& line, LogLevel level, std::chrono::system_clock::time_point time,
                     std::string_view event, Fields fields) {
  append_time(line, time);
  fmt::format_to(std::back_inserter(line), " {:7} ", name_of(level));
  append_escaped(line, event);
  for (const auto& field : fields) {
    line.push_back(' ');
    append_escaped(line, field.name);
    line.push_back('=');
    append_value(line, field.value);
  }
}

void append_line(Line& line, LogFormat format, LogLevel level,
                 std::chrono::system_clock::time_point time, std::string_view event,
                 Fields fields) {
  const auto append = format == LogFormat::json ? append_json : append_readable;
  append(line, level, time, event, fields);
}

}  // namespace

void start(LogLevel level, LogFormat format, std::FILE* destination) {
  const std::unique_lock lock(state().mutex);
  state().level = level;
  state().format = format;
  state().backend = std::make_unique<Backend>(destination);
}

void stop() {
  const std::unique_lock lock(state().mutex);
  state().level = LogLevel::warning;
  if (state().backend) {
    // Joins the log's thread, which first writes all that is queued. (The logger's own flush()
    // takes a place in the queue and would push out a line if it is full.)
    std::FILE* const destination = state().backend->destination;
    state().backend.reset();
    std::fflush(destination);
  }
}

bool enabled(LogLevel level) { return level >= state().level.load(std::memory_order_relaxed); }

void write(LogLevel level, std::string_view event, Fields fields) {
  if (!enabled(level)) {
    return;
  }
  Line line;
  append_line(line, state().format.load(std::memory_order_relaxed), level,
              std::chrono::system_clock::now(), event, fields);
  line.push_back('\n');
  const std::shared_lock lock(state().mutex);
  if (state().backend) {
    state().backend->logger->log(spdlog::level::info, std::string_view(line.data(), line.size()));
  } else {
    write_line(stderr, {line.data(), line.size()});
  }
}

std::uint64_t dropped_lines() {
  const std::shared_lock lock(state().mutex);
  return state().backend ? state().backend->pool->overrun_counter() : 0;
}

std::string format_line(LogFormat format, LogLevel level,
                        std::chrono::system_clock::time_point time, std::string_view event,
                        Fields fields) {
  Line line;
  append_line(line, format, level, time, event, fields);
  return {line.data(), line.size()};
}

}  // namespace confab::log
