#include "http/pages/pages.hpp"

#include "http/routing/tables/tables.hpp"

namespace confab::http {
namespace {

Route page(std::string_view pattern, RouteHandler handler, std::string_view name,
           std::string_view summary) {
  return {.method = Method::get,
          .pattern = pattern,
          .access = Access::open,
          .handler = handler,
          .name = name,
          .summary = summary,
          .shape = Shape::page};
}

}  // namespace

std::vector<Route> page_routes(const config::Settings& settings) {
  std::vector<Route> routes = {
      page("/", pages::show_front, "front", "On to the API's front door."),
      page("/assets/{asset}", pages::show_asset, "asset", "Scripts, styles and pictures."),
      page("/admin/", pages::show_admin, "admin_page", "Administration."),
      page("/admin/{rest*}/", pages::show_admin, "admin_page_below",
           "Administration; the page itself tells its addresses apart."),
      page("/api/docs/", pages::show_docs, "docs_page", "The API's documentation.")};
  if (settings.debug) {
    routes.push_back(page("/demo/", pages::show_demo, "demo_page", "A chat, as a demonstration."));
  }
  return routes;
}

}  // namespace confab::http
