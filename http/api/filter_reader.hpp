#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "http/problem.hpp"
#include "http/text/query.hpp"
#include "storage/model/time.hpp"

namespace confab::http::api {

/// Reads the filters of a list from its query and keeps the first thing that is wrong with them.
/// Not thread-safe; the query must outlive it.
class FilterReader {
 public:
  explicit FilterReader(const Query& query) : query_(query) {}

  std::optional<bool> flag(std::string_view name);
  std::optional<storage::Timestamp> time(std::string_view name);
  /// ?search=, trimmed and not too long.
  std::string search();
  /// Short text; empty if it is absent.
  std::string text(std::string_view name);

  /// What one of the names gives, read by `parse`.
  template <class Ref>
  std::optional<Ref> ref(std::initializer_list<std::string_view> names,
                         std::optional<Ref> (*parse)(std::string_view)) {
    const auto text = query_.get_any(names);
    if (!text || text->empty()) return std::nullopt;
    auto ref = parse(*text);
    if (!ref) refuse(field_problem(*names.begin(), "Enter a valid id."));
    return ref;
  }

  void refuse(Problem problem) {
    if (!problem_) problem_ = std::move(problem);
  }
  const std::optional<Problem>& problem() const { return problem_; }

 private:
  const Query& query_;
  std::optional<Problem> problem_;
};

}  // namespace confab::http::api
