// Structured logs: one event per line, either a JSON object or readable text.
//
//   log::info("listening", {{"address", address}, {"port", 8000}});
//
// Every function may be called from any thread, and none blocks on the destination: a thread of the
// log's own writes the lines. When more than kQueuedLines wait, the oldest are given up and counted
// (dropped_lines). Before start() and after stop() warnings and errors are written at once.
// Field names and event names are literals of ours; values may hold anything: control characters,
// line breaks and malformed UTF-8 are escaped, so one event is always one line. Never pass secrets.
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "config/settings.hpp"

namespace confab::log {

using config::LogFormat;
using config::LogLevel;

inline constexpr std::size_t kQueuedLines = 4096;

using Value = std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool>;

// Borrows its texts for the duration of the call.
struct Field {
  Field(std::string_view name_, std::string_view text) : name(name_), value(text) {}
  Field(std::string_view name_, const char* text) : name(name_), value(std::string_view(text)) {}
  Field(std::string_view name_, const std::string& text)
      : name(name_), value(std::string_view(text)) {}
  Field(std::string_view name_, bool truth) : name(name_), value(truth) {}
  Field(std::string_view name_, std::signed_integral auto number)
      : name(name_), value(static_cast<std::int64_t>(number)) {}
  Field(std::string_view name_, std::unsigned_integral auto number)
      : name(name_), value(static_cast<std::uint64_t>(number)) {}
  Field(std::string_view name_, std::floating_point auto number)
      : name(name_), value(static_cast<double>(number)) {}

  std::string_view name;
  Value value;
};

using Fields = std::initializer_list<Field>;

// Begins to log to `destination`, which must stay open until stop(). Called once by main().
void start(LogLevel level, LogFormat format, std::FILE* destination = stderr);

// Writes what is queued, then ends the log's thread.
void stop();

// Whether events of this level are logged; asks before a costly field is computed.
bool enabled(LogLevel level);

void write(LogLevel level, std::string_view event, Fields fields);

inline void debug(std::string_view event, Fields fields = {}) {
  write(LogLevel::debug, event, fields);
}
inline void info(std::string_view event, Fields fields = {}) {
  write(LogLevel::info, event, fields);
}
inline void warning(std::string_view event, Fields fields = {}) {
  write(LogLevel::warning, event, fields);
}
inline void error(std::string_view event, Fields fields = {}) {
  write(LogLevel::error, event, fields);
}

// Lines given up since start() because the destination was too slow.
std::uint64_t dropped_lines();

// The line for one event, without the line break.
std::string format_line(LogFormat format, LogLevel level,
                        std::chrono::system_clock::time_point time, std::string_view event,
                        Fields fields);

}  // namespace confab::log
