#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace confab::http {

/// The pairs of a query string or a form, decoded, in the order given. A plain value.
class Query {
 public:
  Query() = default;
  explicit Query(std::string_view encoded);

  /// The last value of that name (as Django reads it); empty optional if there is none.
  std::optional<std::string_view> get(std::string_view name) const;

  /// The value of the first of these names that is there.
  std::optional<std::string_view> get_any(std::initializer_list<std::string_view> names) const;

  const std::vector<std::pair<std::string, std::string>>& pairs() const { return pairs_; }

  /// True if all names and values are UTF-8 without NUL.
  bool is_text() const;

  /// The same pairs without these names.
  Query without(std::initializer_list<std::string_view> names) const;

  void add(std::string_view name, std::string_view value) { pairs_.emplace_back(name, value); }

  /// Encoded again, sorted by name: one text for all spellings of the same query.
  std::string encode() const;

 private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

}  // namespace confab::http
