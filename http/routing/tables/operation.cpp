#include "http/api/handlers.hpp"
#include "http/routing/tables/tables.hpp"

namespace confab::http {

std::vector<Route> operation_routes() {
  return {
      {.method = Method::get,
       .pattern = "/livez",
       .access = Access::open,
       .handler = api::show_liveness,
       .name = "livez",
       .summary = "Whether the process answers.",
       .schema = "Status"},
      {.method = Method::get,
       .pattern = "/readyz",
       .access = Access::open,
       .handler = api::show_readiness,
       .name = "readyz",
       .summary = "Whether requests can be served: the database answers.",
       .schema = "Status"},
      {.method = Method::get,
       .pattern = "/metrics",
       .access = Access::open,
       .handler = api::show_metrics,
       .name = "metrics",
       .summary = "Metrics in Prometheus' text format.",
       .shape = Shape::text},
      {.method = Method::get,
       .pattern = "/api/",
       .access = Access::open,
       .handler = api::show_root,
       .name = "root",
       .summary = "The entry points.",
       .schema = "Root"},
      {.method = Method::get,
       .pattern = "/api/schema/",
       .access = Access::open,
       .handler = api::show_schema,
       .name = "schema",
       .summary = "This document.",
       .schema = "Document"},
  };
}

}  // namespace confab::http
