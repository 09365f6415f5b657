#include "http/text/query.hpp"

#include <algorithm>

#include "config/unicode.hpp"
#include "http/text/percent.hpp"

namespace confab::http {
namespace {

bool is_plain_text(std::string_view text) {
  return text.find('\0') == std::string_view::npos && !unicode::find_encoding_fault(text);
}

}  // namespace

Query::Query(std::string_view encoded) {
  while (!encoded.empty()) {
    const std::size_t end = encoded.find('&');
    const std::string_view pair = encoded.substr(0, end);
    encoded = end == std::string_view::npos ? std::string_view() : encoded.substr(end + 1);
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    const auto value = equals == std::string_view::npos ? "" : pair.substr(equals + 1);
    pairs_.emplace_back(percent_decode_leniently(pair.substr(0, equals)),
                        percent_decode_leniently(value));
  }
}

std::optional<std::string_view> Query::get(std::string_view name) const {
  const auto found = std::find_if(pairs_.rbegin(), pairs_.rend(),
                                  [name](const auto& pair) { return pair.first == name; });
  if (found == pairs_.rend()) return std::nullopt;
  return found->second;
}

std::optional<std::string_view> Query::get_any(
    std::initializer_list<std::string_view> names) const {
  for (const std::string_view name : names) {
    if (const auto value = get(name)) return value;
  }
  return std::nullopt;
}

bool Query::is_text() const {
  return std::all_of(pairs_.begin(), pairs_.end(), [](const auto& pair) {
    return is_plain_text(pair.first) && is_plain_text(pair.second);
  });
}

Query Query::without(std::initializer_list<std::string_view> names) const {
  Query rest;
  for (const auto& pair : pairs_) {
    if (std::find(names.begin(), names.end(), pair.first) == names.end()) {
      rest.pairs_.push_back(pair);
    }
  }
  return rest;
}

std::string Query::encode() const {
  auto sorted = pairs_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string out;
  for (const auto& [name, value] : sorted) {
    if (!out.empty()) out += '&';
    percent_encode(out, name);
    out += '=';
    percent_encode(out, value);
  }
  return out;
}

}  // namespace confab::http
