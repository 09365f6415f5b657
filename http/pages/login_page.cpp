#include "http/pages/login_page.hpp"

#include <algorithm>

#include "http/pages/pages.hpp"
#include "http/pages/template.hpp"

namespace confab::http::pages {
namespace {

constexpr std::size_t kMaxTarget = 2000;

std::string hidden_field(std::string_view name, std::string_view value) {
  std::string html = "<input type=\"hidden\" name=\"";
  html.append(name).append("\" value=\"").append(escape_html(value));
  return html.append("\">\n");
}

}  // namespace

std::string login_page(const LoginForm& form) {
  std::string content;
  if (!form.message.empty()) {
    content.append("<p role=\"alert\">").append(escape_html(form.message)).append("</p>\n");
  }
  content += "<form method=\"post\" action=\"/api-auth/login/\">\n";
  content += hidden_field("csrfmiddlewaretoken", form.csrf_token);
  content += hidden_field("next", form.target);
  content +=
      "<p><label for=\"username\">Username or email</label><br>\n"
      "<input id=\"username\" name=\"username\" autocomplete=\"username\" required value=\"";
  content.append(escape_html(form.username)).append("\"></p>\n");
  content +=
      "<p><label for=\"password\">Password</label><br>\n"
      "<input id=\"password\" name=\"password\" type=\"password\" "
      "autocomplete=\"current-password\" required></p>\n"
      "<p><button type=\"submit\">Log in</button></p>\n</form>\n";
  return document("Log in", content);
}

std::string message_page(std::string_view heading, std::string_view sentence) {
  std::string content = "<p>";
  content.append(escape_html(sentence)).append("</p>\n");
  content += "<p><a href=\"/api-auth/login/\">Log in</a></p>\n";
  return document(heading, content);
}

std::string safe_target(std::string_view target, std::string_view otherwise) {
  // Browsers take \ for /, and drop tabs and line breaks: //host in disguise.
  const bool is_path = target.starts_with('/') && !target.starts_with("//") &&
                       target.size() <= kMaxTarget &&
                       std::all_of(target.begin(), target.end(),
                                   [](char c) { return c > 0x20 && c < 0x7F && c != '\\'; });
  return std::string(is_path ? target : otherwise);
}

}  // namespace confab::http::pages
