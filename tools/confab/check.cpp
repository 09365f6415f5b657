#include <cstdio>

#include <fmt/format.h>

#include "tools/confab/commands.hpp"

namespace confab {

int check(const Arguments& given) {
  Arguments arguments = given;
  bool repair = take_flag(arguments, "--repair");
  config::Settings settings =
      load_settings_or_exit(arguments, "Usage: confab check [--repair] [SETTINGS]\n");
  auto store = open_store(settings);
  if (!store.has_value()) return complain("cannot open the database", store.error());
  auto migrated = store.value()->migrate();
  if (!migrated.has_value()) return complain("cannot prepare the database", migrated.error());

  auto findings = store.value()->check(repair);
  if (!findings.has_value()) return complain("cannot check", findings.error());
  bool all_repaired = true;
  for (const storage::Finding& finding : findings.value()) {
    fmt::print("{}{}\n", finding.repaired ? "repaired: " : "", finding.text);
    all_repaired = all_repaired && finding.repaired;
  }
  fmt::print("{} finding(s)\n", findings.value().size());
  return all_repaired ? 0 : 1;
}

}  // namespace confab
