#pragma once

#include <string>

#include "storage/model/uuid.hpp"

namespace confab::actors {

/// A random UUID (version 4) that nobody can guess, whatever other ids he has seen: from OpenSSL's
/// generator. For what gives access by being known. Thread-safe; ends the process if there is no
/// randomness to be had.
storage::Uuid make_secret_uuid();

/// 64 characters of the same quality.
std::string make_secret_text();

}  // namespace confab::actors
