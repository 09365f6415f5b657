#include "storage/sql/search_query.hpp"

#include <algorithm>

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

std::string to_tsvector(const std::string& text) {
  constexpr int kLastPosition = 16383;  // the greatest that PostgreSQL knows
  const std::string words = index_words(text);
  const bool needs_positions = has_unspaced_script(text);
  std::string vector;
  vector.reserve(words.size() * 2);
  int position = 0;
  std::size_t start = 0;
  while (start < words.size() && position < kLastPosition) {
    const std::size_t end = std::min(words.find(' ', start), words.size());
    if (!vector.empty()) vector += ' ';
    vector += '\'';
    vector.append(words, start, end - start);
    vector += '\'';
    ++position;
    if (needs_positions) vector += ':' + std::to_string(position);
    start = end + 1;
  }
  return vector;
}

}  // namespace confab::storage
