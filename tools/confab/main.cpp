#include <cstdio>
#include <map>
#include <string>

#include <fmt/format.h>

#include "tools/confab/commands.hpp"

namespace {

constexpr const char* kUsage =
    "Usage: confab COMMAND [SETTINGS]\n"
    "\n"
    "  serve                       serve the API (--help lists the settings)\n"
    "  createsuperuser             create an administrator\n"
    "  check [--repair]            recount what is counted, and mend it\n"
    "\n"
    "Settings come from flags, the environment, .env and --config FILE, in this order.\n";

}  // namespace

int main(int argc, char** argv) {
  using Command = int (*)(const confab::Arguments&);
  const std::map<std::string, Command> commands = {
      {"serve", confab::serve},
      {"createsuperuser", confab::create_superuser},
      {"check", confab::check},
  };
  std::string word = argc > 1 ? argv[1] : "";
  auto found = commands.find(word);
  if (found == commands.end()) {
    bool asked = word == "--help" || word == "-h" || word == "help";
    fmt::print(asked ? stdout : stderr, "{}", kUsage);
    return asked ? 0 : 64;
  }
  return found->second(confab::Arguments(argv + 2, argv + argc));
}
