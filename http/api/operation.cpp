#include "config/metrics.hpp"
#include "http/api/handlers.hpp"

namespace confab::http::api {

void show_liveness(const ExchangePtr& exchange) { exchange->send_json(200, R"({"status":"ok"})"); }

void show_readiness(const ExchangePtr& exchange) {
  exchange->node().ready([exchange](storage::Result<bool> ready) {
    exchange->guard([&] {
      if (ready.has_value() && ready.assume_value()) {
        return exchange->send_json(200, R"({"status":"ready"})");
      }
      exchange->fail(make_problem(503, "Not ready.", "not_ready"));
    });
  });
}

void show_metrics(const ExchangePtr& exchange) {
  Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = metrics::render();
  exchange->send(std::move(response));
}

}  // namespace confab::http::api
