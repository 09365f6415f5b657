#pragma once

#include <string>
#include <vector>

#include "storage/sql/text.hpp"

namespace confab::storage {

/// The search in the language of SQLite's FTS5.
std::string to_fts5(const std::vector<SearchTerm>& terms);

/// The search in the language of PostgreSQL's tsquery.
std::string to_tsquery(const std::vector<SearchTerm>& terms);

}  // namespace confab::storage
