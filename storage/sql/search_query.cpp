#include "storage/sql/search_query.hpp"

namespace confab::storage {

std::string to_fts5(const std::vector<SearchTerm>& terms) {
  std::string query;
  for (const SearchTerm& term : terms) {
    if (!query.empty()) query += " AND ";
    query += '"';
    for (const std::string& word : term.words) query += word + ' ';
    query.back() = '"';
    if (term.prefix) query += '*';
  }
  return query;
}

std::string to_tsquery(const std::vector<SearchTerm>& terms) {
  std::string query;
  for (const SearchTerm& term : terms) {
    if (!query.empty()) query += " & ";
    std::string phrase;
    for (const std::string& word : term.words) {
      if (!phrase.empty()) phrase += " <-> ";
      phrase += "'" + word + "'";
    }
    query += term.prefix ? phrase + ":*" : "(" + phrase + ")";
  }
  return query;
}

}  // namespace confab::storage
