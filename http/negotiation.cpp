#include "http/negotiation.hpp"

#include <string>

#include <nlohmann/json.hpp>

#include "http/server/grammar.hpp"

namespace confab::http {
namespace {

constexpr unsigned kMaxIndent = 8;

/// One element of Accept.
struct MediaRange {
  std::string type;  ///< in lower case, parameters removed
  double quality = 1;
  unsigned indent = 0;
};

std::string to_lower_case(std::string_view text) {
  std::string out;
  for (const char c : text) out += to_lower(c);
  return out;
}

/// "0.75" and the like; anything else is 0, so that nonsense is not preferred.
double parse_quality(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return 0;
  double value = text[0] - '0';
  double place = 0.1;
  for (const char c : text.substr(1)) {
    if (c == '.') continue;
    if (!is_digit(c)) return 0;
    value += place * (c - '0');
    place /= 10;
  }
  return value;
}

MediaRange parse_range(std::string_view element) {
  MediaRange range;
  std::size_t semicolon = element.find(';');
  range.type = to_lower_case(trim(element.substr(0, semicolon)));
  while (semicolon != std::string_view::npos) {
    element = element.substr(semicolon + 1);
    semicolon = element.find(';');
    const std::string_view parameter = trim(element.substr(0, semicolon));
    const std::size_t equals = parameter.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view value = trim(parameter.substr(equals + 1));
    if (equals_lower(parameter.substr(0, equals), "q")) range.quality = parse_quality(value);
    if (equals_lower(parameter.substr(0, equals), "indent")) {
      const auto spaces = parse_decimal(value);
      if (spaces && *spaces <= kMaxIndent) range.indent = static_cast<unsigned>(*spaces);
    }
  }
  return range;
}

/// How well a range fits a type: 0 not at all, 3 exactly.
int fit(std::string_view range, std::string_view type) {
  if (range == type) return 3;
  if (range.ends_with("/*") &&
      range.substr(0, range.size() - 1) == type.substr(0, type.find('/') + 1)) {
    return 2;
  }
  return range == "*/*" ? 1 : 0;
}

/// What the client thinks of one type: the quality of the range that fits best.
struct Preference {
  int fit = 0;
  double quality = 0;
  unsigned indent = 0;

  void consider(const MediaRange& range, std::string_view type) {
    const int how_well = http::fit(range.type, type);
    if (how_well > fit) *this = {how_well, range.quality, range.indent};
  }

  bool acceptable() const { return fit > 0 && quality > 0; }

  bool is_better_than(const Preference& other) const {
    return acceptable() &&
           (quality > other.quality || (quality == other.quality && fit > other.fit));
  }
};

std::variant<Format, Problem> choose_by_name(std::string_view format, bool offers_html) {
  if (format == "json") return Format{};
  if (offers_html && (format == "api" || format == "html")) return Format{true, false, 0};
  return make_problem(404, kNotFound, "not_found");
}

}  // namespace

std::variant<Format, Problem> negotiate(std::string_view accept,
                                        std::optional<std::string_view> format, bool offers_html,
                                        bool offers_stream) {
  if (format) return choose_by_name(*format, offers_html);
  if (accept.empty() || accept == "*/*" || accept == "application/json") return Format{};
  Preference json;
  Preference html;
  Preference stream;
  for_each_element(accept, [&](std::string_view element) {
    const MediaRange range = parse_range(element);
    json.consider(range, "application/json");
    if (offers_html) html.consider(range, "text/html");
    if (offers_stream) stream.consider(range, "text/event-stream");
  });
  if (stream.is_better_than(json) && !html.is_better_than(stream)) return Format{false, true, 0};
  if (html.is_better_than(json)) return Format{true, false, 0};
  if (json.acceptable()) return Format{false, false, json.indent};
  return make_problem(406, "Could not satisfy the request Accept header.", "not_acceptable");
}

bool accepts_encoding(std::string_view header, std::string_view coding) {
  bool by_name = false;
  bool by_star = false;
  bool is_named = false;
  for_each_element(header, [&](std::string_view element) {
    const MediaRange range = parse_range(element);
    if (range.type == coding) {
      is_named = true;
      by_name = range.quality > 0;
    }
    if (range.type == "*") by_star = range.quality > 0;
  });
  return is_named ? by_name : by_star;
}

std::string indent_json(std::string_view json, unsigned spaces) {
  const auto value = nlohmann::ordered_json::parse(json, nullptr, false);
  if (value.is_discarded()) return std::string(json);
  return value.dump(static_cast<int>(spaces));
}

}  // namespace confab::http
