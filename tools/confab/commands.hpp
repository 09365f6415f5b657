#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/settings.hpp"
#include "storage/store.hpp"

namespace confab {

/// What follows the program's name and command word.
using Arguments = std::vector<std::string>;

// The operator's commands. Each returns the process's exit status and has said on standard error
// why it is not 0.

/// Serves until SIGTERM or SIGINT.
int serve(const Arguments& arguments);

/// Creates an administrator: asks for what neither a flag nor the environment gives.
int create_superuser(const Arguments& arguments);

/// Recounts everything that is counted; with --repair mends what is wrong. 1 if something is.
int check(const Arguments& arguments);

/// Loads the settings or exits the way a command line expects: 0 after --help, 78 for mistakes.
config::Settings load_settings_or_exit(const Arguments& arguments, const std::string& usage);

/// The database of the settings; makes the embedded one's directory.
storage::Result<std::unique_ptr<storage::Store>> open_store(const config::Settings& settings);

/// Takes `flag` out of the arguments; true if it was there.
bool take_flag(Arguments& arguments, const std::string& flag);

/// Takes `--name value` or `--name=value` out of the arguments; empty if it was not there.
std::string take_option(Arguments& arguments, const std::string& name);

/// Says what went wrong, for an operator. Returns 1.
int complain(const std::string& what, const storage::Error& error);

}  // namespace confab
