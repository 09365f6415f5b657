// The table of all settings.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.hpp"

namespace confab::config {

struct Setting {
  std::string name;
  // A second name that means the same; empty for most.
  std::string alias;
  std::string sentence;
  // The end of "is not ..." when a value is refused.
  std::string accepts;
  std::string default_text;
  bool secret = false;
  // A switch's flag may stand without a value.
  bool is_switch = false;
  // Stores a non-empty value; false: the value is not acceptable.
  std::function<bool(Settings&, std::string_view)> assign;
};

const std::vector<Setting>& settings_table();

// "MAX_BODY_BYTES" -> "--max-body-bytes".
std::string flag_of(std::string_view name);

// Django's spellings: true, on, ok, yes, y, 1 and false, off, no, n, 0, in any case.
std::optional<bool> parse_switch(std::string_view text);

}  // namespace confab::config
