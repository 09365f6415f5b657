#include "http/server/response_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include "http/server/grammar.hpp"

namespace confab::http {
namespace {

bool is_safe_value(std::string_view value) {
  return std::none_of(value.begin(), value.end(),
                      [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

bool is_reserved(std::string_view name) {
  constexpr std::array<std::string_view, 4> kReserved = {"date", "content-length", "connection",
                                                         "transfer-encoding"};
  return std::any_of(kReserved.begin(), kReserved.end(),
                     [name](std::string_view reserved) { return equals_lower(name, reserved); });
}

void append_number(std::string& out, std::size_t number) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

void append_persistence(std::string& out, Persistence persistence) {
  if (persistence == Persistence::close) append_header(out, "Connection", "close");
  if (persistence == Persistence::keep_declared) append_header(out, "Connection", "keep-alive");
}

}  // namespace

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "";
  }
}

bool may_have_body(int status) { return status >= 200 && status != 204 && status != 304; }

std::size_t write_head(std::string& out, const Response& response, BodyKind kind,
                       Persistence persistence, std::string_view date) {
  std::size_t dropped = 0;
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::size_t>(response.status));
  out.append(" ").append(reason_phrase(response.status)).append("\r\n");
  append_header(out, "Date", date);
  if (may_have_body(response.status)) {
    if (!is_safe_value(response.content_type)) {
      ++dropped;
    } else if (!response.content_type.empty()) {
      append_header(out, "Content-Type", response.content_type);
    }
    if (kind == BodyKind::stream) {
      append_header(out, "X-Accel-Buffering", "no");
    } else {
      out.append("Content-Length: ");
      append_number(out, response.body.size());
      out.append("\r\n");
    }
  }
  append_persistence(out, persistence);
  for (const std::string_view lines : response.shared_lines) out.append(lines);
  for (const auto& [name, value] : response.headers) {
    if (is_token(name) && !is_reserved(name) && is_safe_value(value)) {
      append_header(out, name, value);
    } else {
      ++dropped;
    }
  }
  out.append("\r\n");
  return dropped;
}

std::time_t DateClock::coarse_time() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return now.tv_sec;
}

std::string_view DateClock::at(std::time_t time) {
  if (time == time_) return text_;
  // Not strftime: its names follow the locale.
  static constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed",
                                                       "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                kDays.at(static_cast<std::size_t>(parts.tm_wday)), parts.tm_mday,
                kMonths.at(static_cast<std::size_t>(parts.tm_mon)), parts.tm_year + 1900,
                parts.tm_hour, parts.tm_min, parts.tm_sec);
  text_ = text.data();
  time_ = time;
  return text_;
}

}  // namespace confab::http
