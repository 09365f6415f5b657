#include "storage/model/uuid.hpp"

#include <atomic>
#include <bit>
#include <cerrno>
#include <chrono>
#include <cstdlib>

#include <sys/random.h>

#include "storage/model/uuid_clock.hpp"

namespace confab::storage {

namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

/// Fills `size` bytes (at most 256, which the kernel gives in one piece) from the system's
/// generator.
void fill_from_system(void* out, std::size_t size) {
  while (getrandom(out, size, 0) != static_cast<ssize_t>(size)) {
    // Only a signal can interrupt such a short read; anything else leaves no source of randomness.
    if (errno != EINTR) std::abort();
  }
}

/// xoshiro256++: fast and well distributed; enough where ids must differ but need not be secret.
class Generator {
 public:
  Generator() { fill_from_system(state_, sizeof state_); }

  std::uint64_t next() {
    const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

 private:
  std::uint64_t state_[4];
};

void store_big_endian(std::uint64_t value, std::uint8_t* out) {
  for (int i = 7; i >= 0; --i) {
    out[i] = static_cast<std::uint8_t>(value);
    value >>= 8;
  }
}

/// Milliseconds since 1970 in the upper 52 bits and 1/4096 of a millisecond in the lower 12.
std::uint64_t clock_ticks() {
  using std::chrono::duration_cast;
  using std::chrono::nanoseconds;
  const auto since_epoch =
      duration_cast<nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  const auto nanos = static_cast<std::uint64_t>(since_epoch);
  const std::uint64_t millis = nanos / 1'000'000;
  const std::uint64_t fraction = (nanos % 1'000'000) * 4096 / 1'000'000;
  return millis << 12 | fraction;
}

std::atomic<std::uint64_t> last_tick{0};

/// The clock, pushed forward where it stands still or goes back.
std::uint64_t next_tick() {
  const std::uint64_t clock = clock_ticks();
  std::uint64_t previous = last_tick.load(std::memory_order_relaxed);
  std::uint64_t next = 0;
  do {
    next = clock > previous ? clock : previous + 1;
  } while (!last_tick.compare_exchange_weak(previous, next, std::memory_order_relaxed));
  return next;
}

/// The opposite of what make_uuid7() does with a tick.
std::uint64_t tick_of(const Uuid& uuid) {
  std::uint64_t time = 0;
  for (std::size_t i = 0; i < 8; ++i) time = time << 8 | uuid.bytes[i];
  return (time >> 16) << 12 | (time & 0xfff);
}

int hex_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

bool hyphen_belongs_at(std::size_t position) {
  return position == 8 || position == 13 || position == 18 || position == 23;
}

}  // namespace

Uuid make_uuid7() {
  thread_local Generator generator;
  const std::uint64_t tick = next_tick();
  Uuid uuid;
  store_big_endian((tick >> 12) << 16 | 0x7000 | (tick & 0xfff), uuid.bytes.data());
  store_big_endian((generator.next() >> 2) | std::uint64_t{1} << 63, uuid.bytes.data() + 8);
  return uuid;
}

void make_uuid7_after(const Uuid& seen) {
  if (seen.bytes[6] >> 4 != 7) return;
  const std::uint64_t tick = tick_of(seen);
  std::uint64_t previous = last_tick.load(std::memory_order_relaxed);
  while (previous < tick &&
         !last_tick.compare_exchange_weak(previous, tick, std::memory_order_relaxed)) {
  }
}

Uuid make_uuid4() {
  Uuid uuid;
  fill_from_system(uuid.bytes.data(), uuid.bytes.size());
  uuid.bytes[6] = static_cast<std::uint8_t>((uuid.bytes[6] & 0x0f) | 0x40);
  uuid.bytes[8] = static_cast<std::uint8_t>((uuid.bytes[8] & 0x3f) | 0x80);
  return uuid;
}

void append_uuid(std::string& out, const Uuid& uuid) {
  char text[36];
  char* next = text;
  for (const std::uint8_t byte : uuid.bytes) {
    if (hyphen_belongs_at(static_cast<std::size_t>(next - text))) *next++ = '-';
    *next++ = kHexDigits[byte >> 4];
    *next++ = kHexDigits[byte & 0x0f];
  }
  out.append(text, sizeof text);
}

std::string to_string(const Uuid& uuid) {
  std::string text;
  append_uuid(text, uuid);
  return text;
}

std::optional<Uuid> parse_uuid(std::string_view text) {
  const bool hyphenated = text.size() == 36;
  if (!hyphenated && text.size() != 32) return std::nullopt;
  Uuid uuid;
  std::size_t position = 0;
  for (std::uint8_t& byte : uuid.bytes) {
    if (hyphenated && hyphen_belongs_at(position) && text[position++] != '-') return std::nullopt;
    const int high = hex_value(text[position++]);
    const int low = hex_value(text[position++]);
    if (high < 0 || low < 0) return std::nullopt;
    byte = static_cast<std::uint8_t>(high << 4 | low);
  }
  return uuid;
}

}  // namespace confab::storage
