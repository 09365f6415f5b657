#include "http/cors.hpp"

#include <algorithm>

namespace confab::http {

bool CorsPolicy::allows(std::string_view origin) const {
  return !origin.empty() && std::find(origins_.begin(), origins_.end(), origin) != origins_.end();
}

bool CorsPolicy::is_preflight(const Request& request) const {
  return request.method == Method::options && allows(request.header("origin")) &&
         !request.header("access-control-request-method").empty();
}

void CorsPolicy::add_headers(const Request& request, Response& response) const {
  if (!active()) return;
  response.headers.emplace_back("Vary", "Origin");
  const std::string_view origin = request.header("origin");
  if (!allows(origin)) return;
  response.headers.emplace_back("Access-Control-Allow-Origin", origin);
  response.headers.emplace_back(
      "Access-Control-Expose-Headers",
      "ETag, Idempotent-Replayed, Retry-After, WWW-Authenticate, X-Request-ID");
}

Response CorsPolicy::preflight() {
  // The origin's own headers come with those of every answer.
  Response response;
  response.status = 204;
  response.headers.emplace_back("Access-Control-Allow-Methods",
                                "GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS");
  response.headers.emplace_back(
      "Access-Control-Allow-Headers",
      "Accept, Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, "
      "Last-Event-ID, X-CSRFToken, X-Request-ID");
  response.headers.emplace_back("Access-Control-Max-Age", "600");
  return response;
}

}  // namespace confab::http
