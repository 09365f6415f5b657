#include "http/api/filter_reader.hpp"

#include <variant>

#include "config/unicode.hpp"
#include "http/api/resolve.hpp"

namespace confab::http::api {
namespace {

constexpr std::size_t kMaxSearch = 200;

/// A '+' that was not escaped has become a space: 2025-07-30T10:00:00 02:00.
std::optional<storage::Timestamp> read_time(std::string_view text) {
  std::string mended(text);
  const std::size_t space = mended.rfind(' ');
  if (space != std::string::npos && space > mended.find('T')) mended[space] = '+';
  return storage::parse_time(mended);
}

}  // namespace

std::optional<bool> FilterReader::flag(std::string_view name) {
  auto value = read_flag(query_, name);
  if (auto* problem = std::get_if<Problem>(&value)) refuse(std::move(*problem));
  const auto* flag = std::get_if<std::optional<bool>>(&value);
  return flag ? *flag : std::nullopt;
}

std::optional<storage::Timestamp> FilterReader::time(std::string_view name) {
  const auto text = query_.get(name);
  if (!text || text->empty()) return std::nullopt;
  const auto time = read_time(*text);
  if (!time) refuse(field_problem(name, "Enter a valid date/time."));
  return time;
}

std::string FilterReader::search() { return text("search"); }

std::string FilterReader::text(std::string_view name) {
  const auto text = unicode::trim_space(query_.get(name).value_or(""));
  if (unicode::count_characters(text) > kMaxSearch) {
    refuse(field_problem(name, "Ensure this value has at most 200 characters."));
  }
  return std::string(text);
}

}  // namespace confab::http::api
