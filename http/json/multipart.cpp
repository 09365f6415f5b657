#include "http/json/multipart.hpp"

#include "http/server/grammar.hpp"

namespace confab::http {
namespace {

constexpr std::size_t kMaxBoundary = 70;
constexpr std::size_t kMaxParts = 1000;

/// The value of `name=` or `name="…"` among the parameters of a header value.
std::optional<std::string> parameter_of(std::string_view value, std::string_view name) {
  std::size_t semicolon = value.find(';');
  while (semicolon != std::string_view::npos) {
    value = value.substr(semicolon + 1);
    const std::size_t equals = value.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const bool wanted = equals_lower(trim(value.substr(0, equals)), name);
    value = value.substr(equals + 1);
    std::string text;
    if (value.starts_with('"')) {
      std::size_t i = 1;
      for (; i < value.size() && value[i] != '"'; ++i) {
        if (value[i] == '\\' && i + 1 < value.size()) ++i;
        text += value[i];
      }
      if (i >= value.size()) return std::nullopt;
      value = value.substr(i + 1);
      semicolon = value.find(';');
    } else {
      semicolon = value.find(';');
      text = std::string(trim(value.substr(0, semicolon)));
    }
    if (wanted) return text;
  }
  return std::nullopt;
}

/// The Content-Disposition among a part's header lines.
std::string_view disposition_of(std::string_view head) {
  while (!head.empty()) {
    const std::size_t end = head.find("\r\n");
    const std::string_view line = head.substr(0, end);
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos &&
        equals_lower(trim(line.substr(0, colon)), "content-disposition")) {
      return trim(line.substr(colon + 1));
    }
    head = end == std::string_view::npos ? std::string_view() : head.substr(end + 2);
  }
  return {};
}

}  // namespace

std::string_view boundary_of(std::string_view content_type) {
  const std::size_t at = content_type.find("boundary=");
  if (at == std::string_view::npos) return {};
  std::string_view rest = content_type.substr(at + 9);
  const bool quoted = rest.starts_with('"');
  if (quoted) rest.remove_prefix(1);
  const std::string_view boundary = trim(rest.substr(0, rest.find(quoted ? '"' : ';')));
  return boundary.size() <= kMaxBoundary ? boundary : std::string_view();
}

std::optional<std::vector<std::pair<std::string, std::string>>> parse_multipart(
    std::string_view body, std::string_view boundary) {
  const std::string delimiter = "--" + std::string(boundary);
  const std::string separator = "\r\n" + delimiter;
  std::vector<std::pair<std::string, std::string>> fields;
  const std::size_t start = body.find(delimiter);
  if (start == std::string_view::npos) return std::nullopt;
  body.remove_prefix(start + delimiter.size());
  for (std::size_t parts = 0; !body.starts_with("--"); ++parts) {
    if (parts == kMaxParts || !body.starts_with("\r\n")) return std::nullopt;
    const std::size_t head_end = body.find("\r\n\r\n");
    if (head_end == std::string_view::npos) return std::nullopt;
    const std::string_view head = body.substr(2, head_end >= 2 ? head_end - 2 : 0);
    const std::size_t content = head_end + 4;
    const std::size_t end = body.find(separator, head_end + 2);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view disposition = disposition_of(head);
    const auto name = parameter_of(disposition, "name");
    if (!name) return std::nullopt;
    if (!parameter_of(disposition, "filename")) {
      fields.emplace_back(*name, body.substr(content, end > content ? end - content : 0));
    }
    body.remove_prefix(end + separator.size());
  }
  return fields;
}

}  // namespace confab::http
