#include "http/routing/router.hpp"

#include <algorithm>

#include "http/text/percent.hpp"

namespace confab::http {
namespace {

constexpr std::array kMethodOrder = {Method::get, Method::post, Method::put, Method::patch,
                                     Method::del};

/// Takes the first segment off a path that begins with '/'; without the slash.
std::string_view take_segment(std::string_view& path) {
  path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

/// True while there is another segment: a single slash at the end is none.
bool has_segment(std::string_view path) { return path.size() > 1; }

bool is_variable(std::string_view segment) { return segment.starts_with('{'); }

std::string allow_of(const Resource& resource) {
  std::string allow;
  for (const Method method : kMethodOrder) {
    if (resource.find(method)) allow.append(to_string(method)).append(", ");
  }
  if (resource.find(Method::get)) allow += "HEAD, ";
  return allow + "OPTIONS";
}

}  // namespace

const Route* Resource::find(Method method) const {
  if (method == Method::head) method = Method::get;
  const auto found = std::find_if(routes.begin(), routes.end(),
                                  [method](const Route* route) { return route->method == method; });
  return found == routes.end() ? nullptr : *found;
}

Router::Router(std::vector<Route> routes) : routes_(std::move(routes)), nodes_(1) {
  for (const Route& route : routes_) {
    std::size_t node = 0;
    std::string_view rest = route.pattern;
    while (has_segment(rest)) node = child_for(node, take_segment(rest));
    if (!nodes_[node].resource) {
      nodes_[node].resource = &resources_.emplace_back();
      nodes_[node].resource->pattern = route.pattern;
    }
    nodes_[node].resource->routes.push_back(&route);
  }
  for (Resource& resource : resources_) {
    resource.allow = allow_of(resource);
    resource.is_api =
        resource.pattern.starts_with("/api/") && resource.routes.front()->shape != Shape::page;
    resource.lines = "Allow: " + resource.allow + "\r\n";
    if (resource.is_api) resource.lines += "Vary: Accept, Authorization, Cookie\r\n";
    resource.is_limited = resource.pattern.starts_with("/api");
    resource.needs_user =
        std::any_of(resource.routes.begin(), resource.routes.end(),
                    [](const Route* route) { return route->access != Access::open; });
  }
}

std::size_t Router::child_for(std::size_t node, std::string_view segment) {
  const std::size_t fresh = nodes_.size();
  const bool takes_rest = segment.ends_with("*}");
  if (is_variable(segment)) {
    if (nodes_[node].variable != 0) return nodes_[node].variable;
    nodes_[node].variable = fresh;
  } else {
    for (const auto& [name, child] : nodes_[node].fixed) {
      if (name == segment) return child;
    }
    nodes_[node].fixed.emplace_back(segment, fresh);
  }
  nodes_.emplace_back().takes_rest = takes_rest;
  return fresh;
}

const Router::Node* Router::step(const Node& node, std::string_view segment, Match& match) const {
  if (node.takes_rest && !segment.empty()) return &node;
  for (const auto& [name, child] : node.fixed) {
    if (name == segment) return &nodes_[child];
  }
  if (node.variable == 0 || segment.empty()) return nullptr;
  match.arguments.emplace_back(segment);
  return &nodes_[node.variable];
}

Match Router::match(std::string_view path) const {
  Match match;
  const Node* node = nodes_.data();
  for (std::size_t depth = 0; has_segment(path); ++depth) {
    const std::string_view encoded = take_segment(path);
    std::string decoded;
    std::string_view segment = encoded;
    if (encoded.find('%') != std::string_view::npos) {
      auto text = percent_decode(encoded, false);
      if (!text) return {};
      decoded = std::move(*text);
      segment = decoded;
    }
    if (depth == 1 && segment == "v1" && match.path == "/api") continue;
    node = step(*node, segment, match);
    if (!node) return {};
    match.path.append("/").append(segment);
  }
  match.path += '/';
  match.resource = node->resource;
  return match;
}

}  // namespace confab::http
