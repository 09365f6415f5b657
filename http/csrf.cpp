#include "http/cookies.hpp"
#include "http/stages.hpp"
#include "http/text/digest.hpp"

namespace confab::http {
namespace {

Problem csrf_failed(std::string_view why) {
  return make_problem(403, "CSRF Failed: " + std::string(why), "permission_denied");
}

/// A browser that names another origin is believed; other clients name none.
bool comes_from_elsewhere(const Call& call) {
  const std::string_view origin = call.request.header("origin");
  return !origin.empty() && origin != call.origin.base_url();
}

/// What the client sent to prove that it can read our cookies.
std::string given_token(const Call& call) {
  const std::string_view header = call.request.header("x-csrftoken");
  if (!header.empty()) return std::string(header);
  if (media_type_of(call.request.header("content-type")) != kFormType) return {};
  return std::string(Query(call.request.body).get("csrfmiddlewaretoken").value_or(""));
}

std::optional<Problem> compare(const Call& call, std::string_view expected) {
  if (comes_from_elsewhere(call)) {
    return csrf_failed("Origin checking failed - it does not match any trusted origins.");
  }
  if (expected.empty() || !equal_in_constant_time(given_token(call), expected)) {
    return csrf_failed("CSRF token missing or incorrect.");
  }
  return std::nullopt;
}

}  // namespace

std::optional<Problem> check_csrf(const Exchange& exchange) {
  if (exchange.is_read_only()) return std::nullopt;
  return compare(exchange.call(), exchange.call().principal->csrf_token);
}

std::optional<Problem> check_form_csrf(const Exchange& exchange) {
  const Call& call = exchange.call();
  return compare(call, cookie_of(call.request, kCsrfCookie));
}

}  // namespace confab::http
