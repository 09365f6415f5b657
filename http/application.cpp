#include "http/application.hpp"

#include <memory>
#include <utility>

#include "http/schema/options.hpp"
#include "http/stages.hpp"

namespace confab::http {
namespace {

// The life of a request, bottom to top: a stage either answers or calls the one above it.

void run_handler(const ExchangePtr& exchange) { exchange->call().route->handler(exchange); }

bool has_content(Method method) {
  return method == Method::post || method == Method::put || method == Method::patch;
}

/// The caller may: now the method and what was sent along.
void check_request(const ExchangePtr& exchange) {
  Call& call = exchange->call();
  if (call.request.method == Method::options) {
    return exchange->send_json(200, options_document(*call.match.resource));
  }
  if (!call.route) {
    std::string detail = "Method \"";
    detail.append(to_string(call.request.method)).append("\" not allowed.");
    return exchange->fail(make_problem(405, detail, "method_not_allowed"));
  }
  if (has_content(call.request.method)) {
    auto body = read_body(call.request);
    if (auto* problem = std::get_if<Problem>(&body)) return exchange->fail(std::move(*problem));
    call.body = std::get<Body>(std::move(body));
  }
  claim_retry_key(exchange, run_handler);
}

std::uint64_t limited_as(const Call& call) {
  return call.principal ? rate_key(call.principal->caller.user.value)
                        : rate_key(std::string_view(call.origin.client));
}

/// It is known who asks: may he, and may he now?
void check_caller(const ExchangePtr& exchange) {
  const Call& call = exchange->call();
  if (call.route && call.route->access == Access::admin && !exchange->caller().is_admin()) {
    return exchange->fail(storage::fail(storage::ErrorCode::not_allowed));
  }
  const RateLimiter::Clock::time_point now = call.request.received;
  if (call.match.resource->is_limited) {
    const auto wait = exchange->services().limiter.admit(limited_as(call), now);
    if (wait) return exchange->fail(throttled(std::to_string(*wait)));
  }
  check_request(exchange);
}

/// How it is said that there is nothing: whatever is asked for, it is no error beside that one.
Format format_of_nothing(const Call& call) {
  if (!call.request.path.starts_with("/api/")) return {};
  const auto format = negotiate(call.request.header("accept"), {}, true);
  const auto* chosen = std::get_if<Format>(&format);
  return chosen ? *chosen : Format{};
}

/// What can be said of an address without knowing who asks.
void check_address(const ExchangePtr& exchange) {
  Call& call = exchange->call();
  const Services& services = exchange->services();
  call.match = services.router.match(call.request.path);
  if (!call.match.resource) {
    call.format = format_of_nothing(call);
    return exchange->fail(storage::fail(storage::ErrorCode::not_found));
  }
  if (!call.request.query.empty()) call.query = Query(call.request.query);
  if (!call.query.is_text()) {
    return exchange->fail(make_problem(400, "The query is not plain UTF-8 text.", "parse_error"));
  }
  call.route = call.match.resource->find(call.request.method);
  if (call.match.resource->is_api) {
    const bool offers_stream = call.route && call.route->shape == Shape::events;
    auto format =
        negotiate(call.request.header("accept"), call.query.get("format"), true, offers_stream);
    if (auto* problem = std::get_if<Problem>(&format)) return exchange->fail(std::move(*problem));
    call.format = std::get<Format>(format);
  }
  authenticate(exchange, check_caller);
}

void begin(const ExchangePtr& exchange) {
  const Call& call = exchange->call();
  const Services& services = exchange->services();
  if (!services.settings.allowed_hosts.allows(call.origin.host)) {
    return exchange->fail(make_problem(400, "This host is not served here.", "invalid_host"));
  }
  if (services.cors.is_preflight(call.request)) {
    return exchange->send(CorsPolicy::preflight());
  }
  check_address(exchange);
}

}  // namespace

Application::Application(const config::Settings& settings, actors::Node& node)
    : services_(settings, node) {}

Handler Application::handler() {
  return [this](Request request, ReplyHandle reply) {
    const auto exchange =
        std::make_shared<Exchange>(services_, std::move(request), std::move(reply));
    exchange->guard([&] { begin(exchange); });
  };
}

}  // namespace confab::http
