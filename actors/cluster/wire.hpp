#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

// How numbers and texts stand in what nodes send each other: big-endian, texts behind their length.

namespace confab::actors::cluster {

template <class T>
void put(std::string& out, T value) {
  for (int shift = 8 * (static_cast<int>(sizeof(T)) - 1); shift >= 0; shift -= 8) {
    out += static_cast<char>(static_cast<std::uint64_t>(value) >> shift);
  }
}

inline void put_text(std::string& out, std::string_view text) {
  put(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}

/// Reads in order; once something is missing, everything is. The bytes must outlive it.
class WireSource {
 public:
  explicit WireSource(std::string_view bytes) : bytes_(bytes) {}

  template <class T>
  T number() {
    std::uint64_t value = 0;
    for (const char byte : take(sizeof(T))) value = value << 8 | static_cast<std::uint8_t>(byte);
    return static_cast<T>(value);
  }
  std::string text() { return std::string(take(number<std::uint32_t>())); }
  std::string_view rest() { return take(bytes_.size()); }
  std::size_t left() const { return bytes_.size(); }
  bool is_whole() const { return !failed_; }

 private:
  std::string_view take(std::size_t count) {
    failed_ = failed_ || count > bytes_.size();
    if (failed_) return {};
    const std::string_view part = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return part;
  }

  std::string_view bytes_;
  bool failed_ = false;
};

}  // namespace confab::actors::cluster
