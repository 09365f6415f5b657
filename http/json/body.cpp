#include "http/json/body.hpp"

#include "config/unicode.hpp"
#include "http/json/multipart.hpp"
#include "http/server/grammar.hpp"
#include "http/text/query.hpp"

namespace confab::http {
namespace {

Problem parse_problem(std::string_view detail) { return make_problem(400, detail, "parse_error"); }

Problem unsupported(std::string_view media_type) {
  std::string detail = "Unsupported media type \"";
  // The name is the client's: shown only as far as it can be shown.
  detail += unicode::find_encoding_fault(media_type) ? std::string_view("?") : media_type;
  detail += "\" in request.";
  return make_problem(415, detail, "unsupported_media_type");
}

std::variant<Body, Problem> read_json(std::string_view text) {
  auto parsed = parse_json(text);
  if (const auto* fault = std::get_if<JsonFault>(&parsed)) {
    return parse_problem("JSON parse error - " + fault->message);
  }
  return Body{std::get<Json>(std::move(parsed)), false};
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::variant<Body, Problem> gather_form(const Pairs& pairs) {
  Body body;
  body.is_form = true;
  for (const auto& [name, value] : pairs) {
    if (unicode::find_encoding_fault(name) || unicode::find_encoding_fault(value)) {
      return parse_problem("The form is not valid UTF-8.");
    }
    Json& slot = body.data[name];
    if (slot.is_null()) {
      slot = value;
    } else if (slot.is_array()) {
      slot.push_back(value);
    } else {
      slot = Json::array({slot, value});
    }
  }
  return body;
}

std::variant<Body, Problem> read_multipart(std::string_view text, std::string_view content_type) {
  const std::string_view boundary = boundary_of(content_type);
  if (boundary.empty()) {
    return parse_problem("Multipart form parse error - Invalid boundary in multipart.");
  }
  const auto fields = parse_multipart(text, boundary);
  if (!fields) return parse_problem("Multipart form parse error - The body is malformed.");
  return gather_form(*fields);
}

}  // namespace

std::string media_type_of(std::string_view content_type) {
  const std::string_view name = trim(content_type.substr(0, content_type.find(';')));
  std::string lower;
  for (const char c : name) lower += to_lower(c);
  return lower;
}

std::variant<Body, Problem> read_body(const Request& request) {
  if (request.body.empty()) return Body{};
  const std::string_view content_type = request.header("content-type");
  const std::string media_type = media_type_of(content_type);
  if (media_type == kJsonType) return read_json(request.body);
  if (media_type == kFormType) {
    return gather_form(Query(request.body).pairs());
  }
  if (media_type == kMultipartType) return read_multipart(request.body, content_type);
  return unsupported(media_type);
}

}  // namespace confab::http
