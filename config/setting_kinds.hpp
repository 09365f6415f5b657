#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "config/settings_table.hpp"

// The kinds of settings that there are more than one of: how each is read, and what it says of
// itself. For the table alone.

namespace confab::config {

struct Words {
  std::string_view name;
  std::string_view sentence;
};

struct Bounds {
  std::int64_t lowest;
  std::int64_t highest;
};

template <class T>
std::int64_t count_of(T value) {
  if constexpr (std::integral<T>) {
    return static_cast<std::int64_t>(value);
  } else {
    return static_cast<std::int64_t>(value.count());
  }
}

template <class T>
T from_count(std::int64_t value) {
  if constexpr (std::integral<T>) {
    return static_cast<T>(value);
  } else {
    return T(static_cast<typename T::rep>(value));
  }
}

inline std::optional<std::int64_t> parse_integer(std::string_view text, Bounds bounds) {
  std::int64_t value = 0;
  const auto* const end = text.data() + text.size();
  const auto [parsed_to, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || parsed_to != end || value < bounds.lowest || value > bounds.highest) {
    return std::nullopt;
  }
  return value;
}

inline std::vector<std::string> split_list(std::string_view text) {
  constexpr std::string_view kBlank = " \t";
  std::vector<std::string> items;
  while (!text.empty()) {
    const auto comma = text.find(',');
    auto item = text.substr(0, comma);
    item.remove_prefix(std::min(item.find_first_not_of(kBlank), item.size()));
    item = item.substr(0, item.find_last_not_of(kBlank) + 1);
    if (!item.empty()) {
      items.emplace_back(item);
    }
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
  return items;
}

inline const Settings& defaults() {
  static const Settings settings;
  return settings;
}

inline Setting base(Words words, std::string accepts, std::string default_text) {
  Setting setting;
  setting.name = words.name;
  setting.sentence = words.sentence;
  setting.accepts = std::move(accepts);
  setting.default_text = std::move(default_text);
  return setting;
}

template <class T>
Setting number(Words words, T Settings::*member, Bounds bounds) {
  auto setting =
      base(words, fmt::format("a whole number from {} to {}", bounds.lowest, bounds.highest),
           fmt::format("{}", count_of(defaults().*member)));
  setting.assign = [member, bounds](Settings& settings, std::string_view text) {
    const auto value = parse_integer(text, bounds);
    if (value) {
      settings.*member = from_count<T>(*value);
    }
    return value.has_value();
  };
  return setting;
}

inline Setting on_off(Words words, bool Settings::*member) {
  auto setting = base(words, "on or off", defaults().*member ? "on" : "off");
  setting.is_switch = true;
  setting.assign = [member](Settings& settings, std::string_view text) {
    const auto value = parse_switch(text);
    settings.*member = value.value_or(settings.*member);
    return value.has_value();
  };
  return setting;
}

inline Setting text(Words words, std::string Settings::*member, std::string default_text) {
  auto setting = base(words, "a text", std::move(default_text));
  setting.assign = [member](Settings& settings, std::string_view value) {
    settings.*member = value;
    return true;
  };
  return setting;
}

inline Setting secret(Words words, Secret Settings::*member, std::string default_text) {
  auto setting = base(words, "a text", std::move(default_text));
  setting.secret = true;
  setting.assign = [member](Settings& settings, std::string_view value) {
    settings.*member = Secret(std::string(value));
    return true;
  };
  return setting;
}

template <class Enum, std::size_t N>
Setting choice(Words words, Enum Settings::*member,
               std::array<std::pair<std::string_view, Enum>, N> options) {
  std::string accepts;
  std::string default_text;
  for (const auto& [name, value] : options) {
    accepts += fmt::format("{}{}", accepts.empty() ? "one of " : ", ", name);
    default_text = value == defaults().*member ? name : default_text;
  }
  auto setting = base(words, std::move(accepts), std::move(default_text));
  setting.assign = [member, options](Settings& settings, std::string_view text) {
    const auto found = std::find_if(options.begin(), options.end(),
                                    [text](const auto& option) { return option.first == text; });
    if (found == options.end()) {
      return false;
    }
    settings.*member = found->second;
    return true;
  };
  return setting;
}

inline Setting path(Words words, std::filesystem::path Settings::*member,
                    std::string default_text) {
  auto setting = base(words, "a path", std::move(default_text));
  setting.assign = [member](Settings& settings, std::string_view text) {
    settings.*member = text;
    return true;
  };
  return setting;
}

}  // namespace confab::config
