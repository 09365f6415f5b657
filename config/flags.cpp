#include "config/flags.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "config/settings_table.hpp"

namespace confab::config {
namespace {

constexpr std::string_view kConfigFlag = "--config";

const Setting* find_setting(std::string_view flag) {
  const auto& table = settings_table();
  const auto found = std::find_if(table.begin(), table.end(), [flag](const Setting& setting) {
    return flag == flag_of(setting.name) ||
           (!setting.alias.empty() && flag == flag_of(setting.alias));
  });
  return found == table.end() ? nullptr : &*found;
}

class Parser {
 public:
  explicit Parser(const std::vector<std::string>& arguments) : arguments_(arguments) {}

  Flags parse() {
    while (at_ < arguments_.size()) {
      parse_one(arguments_[at_++]);
    }
    return std::move(flags_);
  }

 private:
  void parse_one(std::string_view argument) {
    const auto equals = argument.find('=');
    const auto flag = argument.substr(0, equals);
    std::optional<std::string> value;
    if (equals != std::string_view::npos) {
      value = argument.substr(equals + 1);
    }
    if (flag == "--help" || flag == "-h") {
      flags_.help = true;
    } else if (flag == kConfigFlag) {
      take_config_file(std::move(value));
    } else if (const auto* setting = find_setting(flag)) {
      take_setting(*setting, flag, std::move(value));
    } else {
      // The rest of it might be a password after a misspelt flag: only the flag's name is repeated.
      flags_.mistakes.push_back(flag.starts_with("--")
                                    ? fmt::format("{} is not a known flag.", flag)
                                    : std::string("An argument without a flag is not understood."));
    }
  }

  void take_config_file(std::optional<std::string> value) {
    value = value ? std::move(value) : next_value();
    if (value) {
      flags_.config_file = std::move(value);
    } else {
      flags_.mistakes.push_back(fmt::format("{} needs a file.", kConfigFlag));
    }
  }

  void take_setting(const Setting& setting, std::string_view flag,
                    std::optional<std::string> value) {
    if (!value && setting.is_switch) {
      const bool has_value = at_ < arguments_.size() && parse_switch(arguments_[at_]).has_value();
      value = has_value ? arguments_[at_++] : "on";
    } else if (!value) {
      value = next_value();
    }
    if (value) {
      flags_.values.insert_or_assign(setting.name, std::move(*value));
    } else {
      flags_.mistakes.push_back(fmt::format("{} needs a value.", flag));
    }
  }

  std::optional<std::string> next_value() {
    if (at_ < arguments_.size() && !arguments_[at_].starts_with("--")) {
      return arguments_[at_++];
    }
    return std::nullopt;
  }

  const std::vector<std::string>& arguments_;
  std::size_t at_ = 0;
  Flags flags_;
};

}  // namespace

Flags parse_flags(const std::vector<std::string>& arguments) { return Parser(arguments).parse(); }

}  // namespace confab::config
