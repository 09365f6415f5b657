#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include "tools/confab/commands.hpp"

namespace confab {

config::Settings load_settings_or_exit(const Arguments& arguments, const std::string& usage) {
  config::Loaded loaded = config::load(config::process_sources(arguments));
  if (loaded.help) {
    fmt::print("{}\n{}", usage, config::settings_help());
    std::exit(0);  // NOLINT(concurrency-mt-unsafe): no other thread runs yet
  }
  for (const std::string& mistake : loaded.mistakes) fmt::print(stderr, "confab: {}\n", mistake);
  if (!loaded.mistakes.empty()) {
    std::exit(config::kExitBadSettings);  // NOLINT(concurrency-mt-unsafe): as above
  }
  return std::move(loaded.settings);
}

storage::Result<std::unique_ptr<storage::Store>> open_store(const config::Settings& settings) {
  if (settings.uses_postgresql()) {
    return storage::open_postgres({settings.db_name, settings.db_user,
                                   settings.db_password.reveal(), settings.db_host,
                                   settings.db_port ? std::to_string(*settings.db_port) : ""});
  }
  std::error_code error;
  std::filesystem::create_directories(settings.data_dir, error);
  if (error) return storage::fail(storage::ErrorCode::storage_unavailable, error.message());
  return storage::open_sqlite((settings.data_dir / "confab.sqlite3").string());
}

bool take_flag(Arguments& arguments, const std::string& flag) {
  return std::erase(arguments, flag) > 0;
}

std::string take_option(Arguments& arguments, const std::string& name) {
  for (auto it = arguments.begin(); it != arguments.end(); ++it) {
    if (it->starts_with(name + "=")) {
      std::string value = it->substr(name.size() + 1);
      arguments.erase(it);
      return value;
    }
    if (*it == name && it + 1 != arguments.end()) {
      std::string value = *(it + 1);
      arguments.erase(it, it + 2);
      return value;
    }
  }
  return {};
}

int complain(const std::string& what, const storage::Error& error) {
  fmt::print(stderr, "confab: {}: {}{}{}\n", what, storage::describe(error.code),
             error.detail.empty() ? "" : " ", error.detail);
  return 1;
}

}  // namespace confab
