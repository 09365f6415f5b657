#include <algorithm>

#include "http/stages.hpp"
#include "http/text/digest.hpp"

namespace confab::http {

using actors::ClaimRetryKey;
using actors::Done;
using actors::ReleaseRetryKey;
using actors::ResourceView;
using actors::RetryKey;

namespace {

constexpr std::size_t kMaxKey = 255;

/// The header's value; empty optional if it was not sent (an empty one was sent).
std::optional<std::string_view> key_of(const Request& request) {
  for (const auto& [name, value] : request.headers) {
    if (name == "idempotency-key") return value;
  }
  return std::nullopt;
}

bool is_valid(std::string_view key) {
  return !key.empty() && key.size() <= kMaxKey &&
         std::all_of(key.begin(), key.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

/// Keyed, because it is stored and a body may hold a password: who reads the database must not be
/// able to try passwords on it.
std::string fingerprint_of(const Exchange& exchange) {
  const Call& call = exchange.call();
  std::string text = "retry fingerprint\n";
  text.append(to_string(call.request.method)).append(" ").append(call.match.path);
  text.append("\n").append(call.request.body);
  return hex(hmac_sha256(exchange.settings().secret_key.reveal(), text));
}

bool is_success(const Response& response) {
  return response.status >= 200 && response.status < 300;
}

/// Keeps the answer under the key before the client gets it.
void release_with_answer(const ExchangePtr& exchange, Response response) {
  ReleaseRetryKey release{*exchange->call().retry, std::nullopt};
  if (is_success(response)) {
    release.answer = ResourceView{.json = response.body, .etag = {}, .status = response.status};
  }
  exchange->node().ask(exchange->caller().user, std::move(release),
                       [exchange, response = std::move(response)](const storage::Result<Done>&) {
                         exchange->deliver(response);
                       });
}

/// The effect has stored the answer, or there was none: the key only stops being taken. Where that
/// is told to another node, a repetition could overtake it there, so the client waits for it.
void release_without_answer(const ExchangePtr& exchange, Response response) {
  ReleaseRetryKey release{*exchange->call().retry, std::nullopt};
  if (exchange->settings().is_clustered()) {
    return exchange->node().ask(exchange->caller().user, std::move(release),
                                [exchange, response = std::move(response)](
                                    const storage::Result<Done>&) { exchange->deliver(response); });
  }
  exchange->node().ask(exchange->caller().user, std::move(release),
                       [](const storage::Result<Done>&) {});
  exchange->deliver(std::move(response));
}

/// From here on the answer passes by us. The exchange does not own itself through its interceptor.
void watch_answer(const ExchangePtr& exchange) {
  const bool keeps_answer = exchange->call().route->retry == Retry::with_answer;
  std::weak_ptr<Exchange> weak = exchange;
  exchange->intercept([weak, keeps_answer](Response response) {
    const ExchangePtr strong = weak.lock();
    if (!strong) return;
    if (keeps_answer) return release_with_answer(strong, std::move(response));
    release_without_answer(strong, std::move(response));
  });
}

}  // namespace

void claim_retry_key(const ExchangePtr& exchange, NextStage next) {
  Call& call = exchange->call();
  const auto key = key_of(call.request);
  if (!key || call.request.method != Method::post) return next(exchange);
  if (!is_valid(*key)) {
    return exchange->fail(make_problem(
        400, "Idempotency-Key must be 1 to 255 printable ASCII characters.", "invalid"));
  }
  if (call.route->retry == Retry::none) return next(exchange);
  call.retry = RetryKey{std::string(*key), fingerprint_of(*exchange)};
  if (!call.principal) return next(exchange);
  exchange->node().ask(call.principal->caller.user, ClaimRetryKey{*call.retry},
                       then(exchange, [exchange, next](ResourceView earlier) {
                         if (earlier.replayed) return exchange->show(std::move(earlier));
                         watch_answer(exchange);
                         next(exchange);
                       }));
}

}  // namespace confab::http
