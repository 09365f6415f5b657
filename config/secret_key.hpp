// SECRET_KEY: what makes one weak, and the one that is made at the first start.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "config/secret.hpp"

namespace confab::config {

// Why `key` must not sign tokens, as the end of a sentence ("is shorter than 32 characters"); empty
// for a sound key.
std::optional<std::string> weakness_of_secret_key(std::string_view key);

struct KeptSecretKey {
  Secret key;
  // A sentence; empty when all went well.
  std::string mistake;
};

// Reads `data_dir`/secret_key, or makes it from the kernel's random numbers (mode 0600). Creates
// `data_dir` (mode 0700) if need be. Several processes may do this at once: all get the same key.
KeptSecretKey kept_secret_key(const std::filesystem::path& data_dir);

}  // namespace confab::config
