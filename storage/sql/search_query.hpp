#pragma once

#include <string>
#include <vector>

#include "storage/sql/text.hpp"

namespace confab::storage {

/// The search in the language of SQLite's FTS5.
std::string to_fts5(const std::vector<SearchTerm>& terms);

/// The search in the language of PostgreSQL's tsquery.
std::string to_tsquery(const std::vector<SearchTerm>& terms);

/// The words of a message in the form of PostgreSQL's tsvector; with their positions only where a
/// search may ask for them.
std::string to_tsvector(const std::string& text);

}  // namespace confab::storage
