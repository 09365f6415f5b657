#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "actors/node.hpp"
#include "config/settings.hpp"
#include "http/client_address.hpp"
#include "http/cors.hpp"
#include "http/json/body.hpp"
#include "http/negotiation.hpp"
#include "http/pagination/cursor.hpp"
#include "http/problem.hpp"
#include "http/rate_limit.hpp"
#include "http/request_metrics.hpp"
#include "http/routing/router.hpp"
#include "http/server/server.hpp"
#include "http/text/query.hpp"

namespace confab::http {

/// What all requests share. Lives as long as the application; every member may be used from any
/// thread.
struct Services {
  Services(const config::Settings& settings_, actors::Node& node_);

  const config::Settings& settings;
  actors::Node& node;
  Router router;
  CorsPolicy cors;
  CursorSigner cursors;
  mutable RateLimiter limiter;  ///< thread-safe by itself
  RequestMetrics metrics;
  std::string openapi;  ///< the schema document
};

/// What is known of a request. The stages of the application fill it in, top to bottom; nothing
/// changes once the route's handler has been called.
struct Call {
  Request request;
  std::string id;  ///< X-Request-ID
  Origin origin;
  Query query;
  Match match;
  const Route* route = nullptr;
  Format format;
  std::optional<actors::Principal> principal;
  std::optional<storage::Uuid> session;  ///< if it was the session cookie that was accepted
  Body body;
  std::optional<actors::RetryKey> retry;  ///< claimed for this user
};

/// One request and the right to answer it. Handlers and callbacks keep it alive; the first answer
/// wins. Answers may be given from any thread; `call()` must be read only, once the handler runs.
class Exchange : public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(const Services& services, Request request, ReplyHandle reply);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  Call& call() { return call_; }
  const Call& call() const { return call_; }

  const Services& services() const { return services_; }
  actors::Node& node() const { return services_.node; }
  const config::Settings& settings() const { return services_.settings; }

  /// Precondition: the route is not open.
  const actors::Caller& caller() const { return call_.principal->caller; }
  const std::string& argument(std::size_t index) const { return call_.match.arguments[index]; }
  bool is_read_only() const;

  /// JSON as it stands, or indented if the client asked for that.
  void send_json(int status, std::string json);
  /// A resource, with its ETag; 304 if the client has it; an answer given again is marked so.
  /// `status`: for a fresh answer.
  void show(actors::ResourceView view, int status);
  void show(actors::ResourceView view) { show(std::move(view), call_.route->status); }
  /// 204.
  void done();
  void fail(Problem problem);
  void fail(const storage::Error& error);

  /// Any other answer. The common headers are added.
  void send(Response response);

  /// Begins an answer without end; see ReplyHandle. The exchange need not live on.
  ReplyHandle start_stream(Response head, std::function<void()> on_close);

  /// The answer waits for something to happen; see ReplyHandle.
  void may_wait() const { reply_.may_wait(); }

  /// Runs once before the answer goes out and hands it (or another) to deliver().
  void intercept(std::function<void(Response)> interceptor) {
    interceptor_ = std::move(interceptor);
  }
  void deliver(Response response);

  /// The last step: the answer as it goes out, be it a page or not.
  void finish(Response response);

  /// Runs `work`; an exception becomes a 500 and a line of log.
  template <class Work>
  void guard(Work&& work) noexcept {
    try {
      std::forward<Work>(work)();
    } catch (const std::exception& error) {
      report_exception(error.what());
    } catch (...) {
      report_exception("unknown");
    }
  }

 private:
  void report_exception(std::string_view what) noexcept;
  void add_common_headers(Response& response) const;
  void record(int status) const;

  const Services& services_;
  Call call_;
  ReplyHandle reply_;
  std::function<void(Response)> interceptor_;
  std::atomic<bool> answered_{false};
};

/// What to do with a result: an error is answered, a value is handed to `next`.
template <class Next>
auto then(ExchangePtr exchange, Next next) {
  return [exchange = std::move(exchange), next = std::move(next)](auto result) mutable {
    if (result.has_error()) return exchange->fail(result.assume_error());
    exchange->guard([&] { next(std::move(result).assume_value()); });
  };
}

}  // namespace confab::http
