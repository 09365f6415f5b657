#include "http/pages/template.hpp"

namespace confab::http::pages {
namespace {

constexpr std::string_view kOpen = "<!--";
constexpr std::string_view kClose = "-->";

}  // namespace

std::string Template::fill(
    std::initializer_list<std::pair<std::string_view, std::string>> contents) const {
  std::string html;
  std::string_view rest = text_;
  for (std::size_t open = rest.find(kOpen); open != std::string_view::npos;
       open = rest.find(kOpen)) {
    const std::size_t close = rest.find(kClose, open);
    if (close == std::string_view::npos) break;
    const std::size_t end = close + kClose.size();
    const std::string_view name = rest.substr(open + kOpen.size(), close - open - kOpen.size());
    std::string_view content = rest.substr(open, end - open);
    for (const auto& [place, given] : contents) {
      if (place == name) content = given;
    }
    html.append(rest.substr(0, open)).append(content);
    rest.remove_prefix(end);
  }
  return html.append(rest);
}

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#x27;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string escape_json_in_html(std::string_view json) {
  std::string out;
  out.reserve(json.size() + json.size() / 16);
  for (const char c : json) {
    switch (c) {
      case '&':
        out += "\\u0026";
        break;
      case '<':
        out += "\\u003c";
        break;
      case '>':
        out += "\\u003e";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace confab::http::pages
