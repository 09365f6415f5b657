#include "storage/model/time.hpp"

namespace confab::storage {

namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::microseconds;

constexpr std::int64_t kMicrosPerSecond = 1'000'000;

void put_digits(char* out, unsigned value, int count) {
  for (int i = count - 1; i >= 0; --i) {
    out[i] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
}

/// Reads a text from its beginning; after a failure it stays failed.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool at_end() const { return rest_.empty(); }
  bool failed() const { return failed_; }
  char peek() const { return rest_.empty() ? '\0' : rest_.front(); }

  int digits(int count) {
    int value = 0;
    for (int i = 0; i < count; ++i) {
      const char digit = take();
      if (digit < '0' || digit > '9') {
        failed_ = true;
        return 0;
      }
      value = value * 10 + (digit - '0');
    }
    return value;
  }

  char take() {
    if (rest_.empty()) {
      failed_ = true;
      return '\0';
    }
    const char first = rest_.front();
    rest_.remove_prefix(1);
    return first;
  }

  void expect(char wanted) {
    if (take() != wanted) failed_ = true;
  }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

std::optional<std::chrono::sys_days> read_date(Scanner& in) {
  const int year = in.digits(4);
  in.expect('-');
  const int month = in.digits(2);
  in.expect('-');
  const int day = in.digits(2);
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (in.failed() || year < 1 || !date.ok()) return std::nullopt;
  return std::chrono::sys_days{date};
}

/// ".123456789" as microseconds; finer digits are cut off.
std::optional<microseconds> read_fraction(Scanner& in) {
  std::int64_t micros = 0;
  std::int64_t unit = kMicrosPerSecond / 10;
  int count = 0;
  while (in.peek() >= '0' && in.peek() <= '9') {
    micros += unit * (in.take() - '0');
    unit /= 10;
    ++count;
  }
  if (count < 1 || count > 9) return std::nullopt;
  return microseconds{micros};
}

std::optional<microseconds> read_time_of_day(Scanner& in) {
  const int hour = in.digits(2);
  in.expect(':');
  const int minute = in.digits(2);
  in.expect(':');
  const int second = in.digits(2);
  if (in.failed() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  const microseconds whole =
      std::chrono::hours{hour} + std::chrono::minutes{minute} + std::chrono::seconds{second};
  if (in.peek() != '.') return whole;
  in.take();
  const auto fraction = read_fraction(in);
  if (!fraction) return std::nullopt;
  return whole + *fraction;
}

/// "Z" or "+02:00": what must be taken from the local time to get UTC.
std::optional<std::chrono::minutes> read_offset(Scanner& in) {
  const char sign = in.take();
  if (sign == 'Z' || sign == 'z') return std::chrono::minutes{0};
  if (sign != '+' && sign != '-') return std::nullopt;
  const int hours = in.digits(2);
  in.expect(':');
  const int minutes = in.digits(2);
  if (in.failed() || hours > 23 || minutes > 59) return std::nullopt;
  const std::chrono::minutes offset{hours * 60 + minutes};
  return sign == '-' ? -offset : offset;
}

/// Whether the year has four digits, so that the text can be written again.
bool can_be_written(Timestamp time) {
  constexpr std::chrono::sys_days kFirst{std::chrono::year{1} / 1 / 1};
  constexpr std::chrono::sys_days kEnd{std::chrono::year{10000} / 1 / 1};
  return time >= kFirst && time < kEnd;
}

}  // namespace

Timestamp now() {
  return std::chrono::time_point_cast<microseconds>(std::chrono::system_clock::now());
}

void append_time(std::string& out, Timestamp time) {
  const auto midnight = floor<days>(time);
  const std::chrono::year_month_day date{midnight};
  const auto within = static_cast<std::uint64_t>((time - midnight).count());
  const auto seconds = static_cast<unsigned>(within / kMicrosPerSecond);
  char text[] = "0000-00-00T00:00:00.000000Z";
  put_digits(text, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  put_digits(text + 5, static_cast<unsigned>(date.month()), 2);
  put_digits(text + 8, static_cast<unsigned>(date.day()), 2);
  put_digits(text + 11, seconds / 3600, 2);
  put_digits(text + 14, seconds / 60 % 60, 2);
  put_digits(text + 17, seconds % 60, 2);
  put_digits(text + 20, static_cast<unsigned>(within % kMicrosPerSecond), 6);
  out.append(text, sizeof text - 1);
}

std::string to_string(Timestamp time) {
  std::string text;
  append_time(text, time);
  return text;
}

std::optional<Timestamp> parse_time(std::string_view text) {
  Scanner in(text);
  const auto date = read_date(in);
  if (!date) return std::nullopt;
  if (in.at_end()) return Timestamp{*date};
  const char separator = in.take();
  if (separator != 'T' && separator != 't' && separator != ' ') return std::nullopt;
  const auto time_of_day = read_time_of_day(in);
  if (!time_of_day) return std::nullopt;
  const auto offset = read_offset(in);
  if (!offset || !in.at_end()) return std::nullopt;
  const Timestamp time = Timestamp{*date} + *time_of_day - *offset;
  if (!can_be_written(time)) return std::nullopt;
  return time;
}

}  // namespace confab::storage
