#include "http/pages/browsable.hpp"

#include <algorithm>

#include "http/pages/pages.hpp"
#include "http/pages/template.hpp"
#include "http/pages/viewer.hpp"
#include "http/schema/options.hpp"
#include "http/server/response_writer.hpp"
#include "http/text/percent.hpp"

namespace confab::http::pages {

using Facts = nlohmann::ordered_json;

namespace {

constexpr unsigned kIndent = 2;

std::string_view name_of(FieldType type) {
  switch (type) {
    case FieldType::text:
      return "text";
    case FieldType::password:
      return "password";
    case FieldType::boolean:
      return "boolean";
    case FieldType::choice:
      return "choice";
    case FieldType::user:
      return "user";
    case FieldType::users:
      return "users";
    case FieldType::conversation:
      return "conversation";
    case FieldType::message:
      return "message";
    case FieldType::messages:
      return "messages";
  }
  return "text";
}

Facts describe(const Field& field) {
  Facts facts = {{"name", field.name},
                 {"type", name_of(field.type)},
                 {"required", field.required},
                 {"blank", field.may_be_blank},
                 {"null", field.may_be_null}};
  if (!field.alias.empty()) facts["alias"] = field.alias;
  if (field.max_length != 0) facts["max_length"] = field.max_length;
  if (!field.choices.empty()) facts["choices"] = field.choices;
  return facts;
}

Facts describe(const Route& route) {
  Facts fields = Facts::array();
  for (const Field& field : route.fields) fields.push_back(describe(field));
  return {{"method", to_string(route.method)},
          {"name", route.name},
          {"summary", route.summary},
          {"fields", std::move(fields)}};
}

bool may_call(const Route& route, const Facts& viewer) {
  const Facts& user = viewer["user"];
  switch (route.access) {
    case Access::open:
      return true;
    case Access::user:
      return user.is_object();
    case Access::admin:
      return user.is_object() && user.value("role", "") == "admin";
  }
  return false;
}

Facts methods_of(const Resource& resource, const Facts& viewer) {
  Facts methods = Facts::array();
  for (const Route* route : resource.routes) {
    if (route->method != Method::get && may_call(*route, viewer)) {
      methods.push_back(describe(*route));
    }
  }
  return methods;
}

Facts parameters_of(const Resource& resource) {
  Facts parameters = Facts::array();
  const Route* get = resource.find(Method::get);
  if (!get) return parameters;
  for (const Parameter& parameter : get->parameters) {
    parameters.push_back({{"name", parameter.name},
                          {"type", parameter.type},
                          {"description", parameter.description}});
  }
  return parameters;
}

/// The addresses above this one that can be read, and itself.
Facts breadcrumbs_of(const Router& router, std::string_view path) {
  Facts crumbs = Facts::array();
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/', slash + 1)) {
    const std::string url(path.substr(0, slash + 1));
    const Match match = router.match(url);
    if (match.resource && match.resource->is_api && match.resource->find(Method::get)) {
      crumbs.push_back({{"name", resource_name(match.resource->pattern)}, {"url", url}});
    }
  }
  return crumbs;
}

Facts headers_of(const Call& call, const Response& answer) {
  Facts headers = Facts::array();
  if (call.match.resource) headers.push_back({"Allow", call.match.resource->allow});
  headers.push_back({"Content-Type", answer.content_type});
  for (const auto& [name, value] : answer.headers) {
    if (name != "Set-Cookie") headers.push_back({name, value});
  }
  headers.push_back({"Vary", "Accept, Authorization, Cookie"});
  headers.push_back({"X-Request-ID", call.id});
  return headers;
}

std::string link(std::string_view address, std::string_view text) {
  std::string html = "<a href=\"";
  html.append(escape_html(address)).append("\">").append(escape_html(text));
  return html.append("</a>");
}

/// The end of the JSON string that begins at `open`, or npos.
std::size_t end_of_string(std::string_view json, std::size_t open) {
  for (std::size_t i = open + 1; i < json.size(); ++i) {
    if (json[i] == '\\') {
      ++i;
    } else if (json[i] == '"') {
      return i;
    }
  }
  return std::string_view::npos;
}

/// JSON as HTML; texts that are addresses of this site can be followed.
std::string linked(std::string_view json, std::string_view base_url) {
  std::string html;
  const std::string base = std::string(base_url) + "/";
  while (true) {
    const std::size_t open = json.find('"');
    const std::size_t close = open == std::string_view::npos ? open : end_of_string(json, open);
    if (close == std::string_view::npos) return html.append(escape_html(json));
    const std::string_view text = json.substr(open + 1, close - open - 1);
    html.append(escape_html(json.substr(0, open + 1)));
    const bool is_address = text.starts_with(base) && text.find('\\') == std::string_view::npos;
    html.append(is_address ? link(text, text) : escape_html(text));
    json.remove_prefix(close);
    html.append(escape_html(json.substr(0, 1)));
    json.remove_prefix(1);
  }
}

std::string text_of(const Facts& facts, const char* name) {
  const auto found = facts.find(name);
  return found != facts.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string trail(const Facts& crumbs) {
  std::string html = "<nav aria-label=\"Where this is\">";
  for (const Facts& crumb : crumbs) {
    html.append(link(text_of(crumb, "url"), text_of(crumb, "name"))).append(" ");
  }
  return html.append("</nav>\n");
}

std::string login_line(const Facts& facts) {
  const Facts& user = facts["user"];
  std::string query = "?next=";
  percent_encode(query, text_of(facts, "path"));
  if (user.is_object()) {
    return "<p>" + escape_html(text_of(user, "username")) + " " +
           link("/api-auth/logout/" + query, "Log out") + "</p>\n";
  }
  return "<p>" + link("/api-auth/login/" + query, "Log in") + "</p>\n";
}

}  // namespace

bool is_browsable(const Call& call, const Response& answer) {
  return call.format.html && may_have_body(answer.status) &&
         answer.content_type == "application/json";
}

Facts browsable_facts(const Router& router, const Call& call, const Response& answer,
                      Facts viewer) {
  Facts facts = std::move(viewer);
  const Resource* resource = call.match.resource;
  const Request& request = call.request;
  facts["name"] = resource ? resource_name(resource->pattern) : "Not Found";
  facts["description"] = resource ? resource->routes.front()->summary : "";
  facts["path"] = request.query.empty() ? request.path : request.path + "?" + request.query;
  facts["method"] = to_string(request.method);
  facts["status"] = answer.status;
  facts["reason"] = reason_phrase(answer.status);
  facts["headers"] = headers_of(call, answer);
  facts["body"] = answer.body;
  std::string path = request.path;
  if (!path.ends_with('/')) path += '/';
  facts["breadcrumbs"] = breadcrumbs_of(router, path);
  facts["methods"] = resource ? methods_of(*resource, facts) : Facts::array();
  facts["parameters"] = resource ? parameters_of(*resource) : Facts::array();
  return facts;
}

std::string browsable_content(const Facts& facts, std::string_view base_url) {
  std::string html = trail(facts["breadcrumbs"]);
  html += login_line(facts);
  html += "<main>\n<h1>" + escape_html(text_of(facts, "name")) + "</h1>\n";
  html += "<p>" + escape_html(text_of(facts, "description")) + "</p>\n<pre>";
  html += "HTTP " + std::to_string(facts["status"].get<int>()) + " " +
          escape_html(text_of(facts, "reason")) + "\n";
  for (const Facts& header : facts["headers"]) {
    html += escape_html(header[0].get<std::string>() + ": " + header[1].get<std::string>()) + "\n";
  }
  html += "\n" + linked(indent_json(text_of(facts, "body"), kIndent), base_url);
  return html + "</pre>\n</main>\n";
}

void present(const ExchangePtr& exchange, Response answer) {
  with_viewer(exchange, [exchange, answer = std::move(answer)](Facts viewer) {
    const Call& call = exchange->call();
    const Facts facts =
        browsable_facts(exchange->services().router, call, answer, std::move(viewer));
    Response page = html_response(
        answer.status, fill_page("browsable.html", text_of(facts, "name"),
                                 browsable_content(facts, call.origin.base_url()), facts));
    for (const auto& header : answer.headers) {
      // The validators belong to the bytes of the JSON.
      if (header.first != "ETag" && header.first != "Cache-Control") page.headers.push_back(header);
    }
    page.headers.emplace_back("Cache-Control", "no-store");
    exchange->finish(std::move(page));
  });
}

}  // namespace confab::http::pages
