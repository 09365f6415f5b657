#include "actors/auth/flat_json.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <system_error>

namespace confab::actors {

namespace {

constexpr std::size_t kMostMembers = 16;

class FlatReader {
 public:
  explicit FlatReader(std::string_view text) : rest_(text) {}

  std::optional<FlatObject> read() {
    FlatObject object;
    object.reserve(8);
    if (!take('{')) return std::nullopt;
    if (!take('}')) {
      do {
        if (object.size() == kMostMembers || !read_member(object)) return std::nullopt;
      } while (take(','));
      if (!take('}')) return std::nullopt;
    }
    skip_space();
    if (!rest_.empty()) return std::nullopt;
    return object;
  }

 private:
  void skip_space() {
    const std::size_t first = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(std::min(first, rest_.size()));
  }

  bool take(char expected) {
    skip_space();
    if (rest_.empty() || rest_.front() != expected) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool read_member(FlatObject& object) {
    const auto name = read_text();
    if (!name || !take(':')) return false;
    const bool is_repeated = std::ranges::any_of(
        object, [&name](const FlatMember& member) { return member.name == *name; });
    if (is_repeated) return false;
    const auto value = read_value();
    if (!value) return false;
    object.push_back({*name, *value});
    return true;
  }

  std::optional<FlatValue> read_value() {
    skip_space();
    if (rest_.empty()) return std::nullopt;
    if (rest_.front() == '"') {
      if (const auto text = read_text()) return FlatValue{*text};
      return std::nullopt;
    }
    if (const auto integer = read_integer()) return FlatValue{*integer};
    return std::nullopt;
  }

  std::optional<std::string_view> read_text() {
    if (!take('"')) return std::nullopt;
    const auto is_special = [](char c) {
      return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
    };
    const auto end = std::ranges::find_if(rest_, is_special);
    if (end == rest_.end() || *end != '"') return std::nullopt;
    const auto length = static_cast<std::size_t>(end - rest_.begin());
    const std::string_view text = rest_.substr(0, length);
    rest_.remove_prefix(length + 1);
    return text;
  }

  std::optional<std::int64_t> read_integer() {
    std::int64_t value = 0;
    const char* const first = rest_.data();
    const auto [end, error] = std::from_chars(first, first + rest_.size(), value);
    if (error != std::errc{}) return std::nullopt;
    const auto length = static_cast<std::size_t>(end - first);
    const std::string_view digits = rest_.substr(rest_.front() == '-' ? 1 : 0, length);
    if (digits.front() == '0' && length > 1) return std::nullopt;
    rest_.remove_prefix(length);
    return value;
  }

  std::string_view rest_;
};

template <class T>
std::optional<T> value_of(const FlatObject& object, std::string_view name) {
  const auto found = std::ranges::find(object, name, &FlatMember::name);
  if (found == object.end()) return std::nullopt;
  const T* const value = std::get_if<T>(&found->value);
  return value ? std::optional<T>(*value) : std::nullopt;
}

}  // namespace

std::optional<FlatObject> read_flat_json(std::string_view text) { return FlatReader(text).read(); }

std::optional<std::string_view> text_of(const FlatObject& object, std::string_view name) {
  return value_of<std::string_view>(object, name);
}

std::optional<std::int64_t> integer_of(const FlatObject& object, std::string_view name) {
  return value_of<std::int64_t>(object, name);
}

}  // namespace confab::actors
