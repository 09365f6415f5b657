#include "http/server/protocol_error.hpp"

#include "http/text/request_id.hpp"

namespace confab::http {

Response to_response(const ProtocolError& error) {
  Response response;
  response.status = error.status;
  // The texts are ours and hold nothing that JSON would want escaped.
  response.body.append(R"({"detail":")").append(error.detail);
  response.body.append(R"(","code":")").append(error.code).append("\"}");
  response.shared_lines = {
      "X-Content-Type-Options: nosniff\r\nX-Frame-Options: DENY\r\n",
      "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n",
      "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"};
  response.headers.emplace_back("X-Request-ID", make_request_id());
  if (error.status == 503) response.headers.emplace_back("Retry-After", "1");
  if (error.status == 405) response.headers.emplace_back("Allow", kAllMethods);
  return response;
}

}  // namespace confab::http
