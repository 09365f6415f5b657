#include "http/exchange.hpp"

#include "config/log.hpp"
#include "http/conditional.hpp"
#include "http/pages/browsable.hpp"
#include "http/schema/openapi.hpp"
#include "http/server/grammar.hpp"
#include "http/text/request_id.hpp"

namespace confab::http {
namespace {

constexpr std::size_t kMaxRequestId = 128;

bool is_sane_id(std::string_view id) {
  if (id.empty() || id.size() > kMaxRequestId) return false;
  for (const char c : id) {
    const char lower = to_lower(c);
    const bool allowed = is_digit(c) || (lower >= 'a' && lower <= 'z') || c == '-' || c == '_' ||
                         c == '.' || c == ':';
    if (!allowed) return false;
  }
  return true;
}

std::string request_id_of(const Request& request) {
  const std::string_view given = request.header("x-request-id");
  return is_sane_id(given) ? std::string(given) : make_request_id();
}

bool has_header(const Response& response, std::string_view name) {
  for (const auto& header : response.headers) {
    if (header.first == name) return true;
  }
  return false;
}

}  // namespace

Services::Services(const config::Settings& settings_, actors::Node& node_)
    : settings(settings_),
      node(node_),
      router(make_routes(settings_)),
      cors(settings_.cors_allowed_origins),
      cursors(settings_.secret_key),
      limiter(settings_.rate_limit),
      metrics(router.routes()),
      openapi(openapi_document(router)) {}

Exchange::Exchange(const Services& services, Request request, ReplyHandle reply)
    : services_(services), reply_(std::move(reply)) {
  call_.request = std::move(request);
  call_.id = request_id_of(call_.request);
  call_.origin = find_origin(call_.request, services_.settings.trusted_proxies);
}

Exchange::~Exchange() {
  if (answered_.load(std::memory_order_relaxed)) return;
  // Nobody is left who could answer: the node is stopping, an actor has ended, or the work was lost
  // on its way. The claim of a retry key ends by itself.
  guard([this] {
    const Problem problem = problem_of(storage::fail(storage::ErrorCode::overloaded));
    Response response;
    response.status = problem.status;
    response.body = problem.body;
    response.headers = problem.headers;
    finish(std::move(response));
  });
}

bool Exchange::is_read_only() const {
  const Method method = call_.request.method;
  return method == Method::get || method == Method::head || method == Method::options;
}

void Exchange::send_json(int status, std::string json) {
  Response response;
  response.status = status;
  response.body =
      call_.format.indent == 0 ? std::move(json) : indent_json(json, call_.format.indent);
  send(std::move(response));
}

void Exchange::show(actors::ResourceView view, int status) {
  Response response;
  response.status = view.replayed ? view.status : status;
  if (view.replayed) response.headers.emplace_back("Idempotent-Replayed", "true");
  if (!view.etag.empty()) {
    // Indented bytes are the same resource, but not the same bytes.
    const std::string_view quote = call_.format.indent == 0 ? "\"" : "W/\"";
    response.headers.emplace_back("ETag", std::string(quote).append(view.etag).append("\""));
    const bool may_have_it = is_read_only() && !call_.format.html;
    if (may_have_it && none_match_hits(call_.request.header("if-none-match"), view.etag)) {
      response.status = 304;
      return send(std::move(response));
    }
  }
  response.body = call_.format.indent == 0 || view.json.empty()
                      ? std::move(view.json)
                      : indent_json(view.json, call_.format.indent);
  send(std::move(response));
}

void Exchange::done() {
  Response response;
  response.status = 204;
  send(std::move(response));
}

void Exchange::fail(Problem problem) {
  Response response;
  response.status = problem.status;
  response.headers = std::move(problem.headers);
  response.body = call_.format.indent == 0 ? std::move(problem.body)
                                           : indent_json(problem.body, call_.format.indent);
  send(std::move(response));
}

void Exchange::fail(const storage::Error& error) {
  Problem problem = problem_of(error);
  if (problem.status >= 500) {
    log::warning("request failed", {{"request", call_.id},
                                    {"error", storage::to_string(error.code)},
                                    {"detail", error.detail}});
  }
  fail(std::move(problem));
}

void Exchange::send(Response response) {
  if (interceptor_) return std::exchange(interceptor_, nullptr)(std::move(response));
  deliver(std::move(response));
}

ReplyHandle Exchange::start_stream(Response head, std::function<void()> on_close) {
  if (answered_.exchange(true)) return {};
  const int status = head.status;
  add_common_headers(head);
  reply_.start_stream(std::move(head), std::move(on_close));
  record(status);
  return reply_;
}

void Exchange::deliver(Response response) {
  if (pages::is_browsable(call_, response)) {
    return pages::present(shared_from_this(), std::move(response));
  }
  finish(std::move(response));
}

void Exchange::finish(Response response) {
  if (answered_.exchange(true)) return;
  const int status = response.status;
  add_common_headers(response);
  reply_.send(std::move(response));
  record(status);
}

// Lines as they go out: every answer has them, so they are not put together anew each time.
void Exchange::add_common_headers(Response& response) const {
  const auto unless_set = [&response](std::string_view name, std::string_view line) {
    return has_header(response, name) ? std::string_view() : line;
  };
  const std::string_view freshness = has_header(response, "ETag")
                                         ? "Cache-Control: private, no-cache\r\n"
                                         : "Cache-Control: no-store\r\n";
  const Resource* resource = call_.match.resource;
  response.shared_lines = {
      resource ? std::string_view(resource->lines) : std::string_view(),
      "X-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\n",
      unless_set("Cache-Control", freshness),
      unless_set("Referrer-Policy", "Referrer-Policy: no-referrer\r\n"),
      unless_set("Content-Security-Policy",
                 "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n")};
  response.headers.emplace_back("X-Request-ID", call_.id);
  services_.cors.add_headers(call_.request, response);
}

void Exchange::record(int status) const {
  const auto took = std::chrono::steady_clock::now() - call_.request.received;
  services_.metrics.record(call_.route, status, took);
  const bool is_refusal = status == 401 || status == 403 || status == 429;
  const auto level = status >= 500 ? log::LogLevel::warning
                     : is_refusal  ? log::LogLevel::info
                                   : log::LogLevel::debug;
  if (!log::enabled(level)) return;
  const Resource* resource = call_.match.resource;
  log::write(level, "request",
             {{"method", to_string(call_.request.method)},
              {"route", resource ? resource->pattern : std::string_view("none")},
              {"status", status},
              {"ms", std::chrono::duration<double, std::milli>(took).count()},
              {"user", call_.principal ? call_.principal->caller.user.value : 0},
              {"client", call_.origin.client},
              {"request", call_.id}});
}

void Exchange::report_exception(std::string_view what) noexcept {
  try {
    log::error("exception in a request", {{"request", call_.id}, {"what", what}});
    fail(make_problem(500, "A server error occurred.", "internal_error"));
  } catch (...) {
    // Out of memory: the connection's reply handle answers 503 when it is dropped.
    return;
  }
}

}  // namespace confab::http
