// The command line's part of the settings.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/env_file.hpp"

namespace confab::config {

struct Flags {
  // By setting name: "--listen x" is LISTEN.
  Values values;
  std::optional<std::string> config_file;
  bool help = false;
  std::vector<std::string> mistakes;
};

// Knows every setting of the table, --config and --help (-h). A switch may stand alone ("--debug")
// or with a value ("--debug off", "--debug=off"). The last of several equal flags counts.
Flags parse_flags(const std::vector<std::string>& arguments);

}  // namespace confab::config
