#pragma once

#include <vector>

#include "storage/sql/session.hpp"
#include "storage/store.hpp"

namespace confab::storage {

/// Recounts what is kept redundantly and looks for what nothing refers to; see Store::check().
/// Works in one transaction. Throws soci::soci_error.
std::vector<Finding> check_database(Session& session, bool repair);

}  // namespace confab::storage
