#include <memory>

#include "actors/representation/json_text.hpp"
#include "http/api/handlers.hpp"
#include "http/api/resolve.hpp"
#include "http/pagination/list.hpp"
#include "http/server/grammar.hpp"

namespace confab::http::api {

using actors::EventPage;
using actors::StreamOpened;

namespace {

constexpr std::uint64_t kLongestWait = 30;

/// A connection to which the dispatcher writes.
class StreamSink final : public actors::EventSink {
 public:
  /// Before the first frame.
  void attach(ReplyHandle reply) { reply_ = std::move(reply); }

  bool push(const actors::Frame& frame) override { return reply_.push(frame); }
  bool push_cursor(const actors::Frame& frame) override { return reply_.push(frame); }
  void push_transient(const actors::Frame& frame) override {
    if (!reply_.is_behind()) reply_.push(frame);
  }
  bool is_behind() const override { return reply_.is_behind(); }
  void close() override { reply_.close(); }

 private:
  ReplyHandle reply_;
};

actors::StreamOwner owner_of(const Exchange& exchange) {
  const actors::Principal& principal = *exchange.call().principal;
  return {principal.caller.user, principal.login, principal.epoch, principal.expires_at};
}

/// A browser comes back to the address that it was given first, and says in the header how far it
/// has come since.
std::optional<std::string> cursor_of(const Call& call) {
  const std::string_view last = call.request.header("last-event-id");
  if (!last.empty()) return std::string(last);
  const auto after = call.query.get("after");
  if (!after || after->empty()) return std::nullopt;
  return std::string(*after);
}

Response stream_head() {
  Response head;
  head.content_type = "text/event-stream";
  return head;
}

void open_stream(const ExchangePtr& exchange) {
  if (exchange->call().request.method == Method::head) return exchange->send(stream_head());
  auto sink = std::make_shared<StreamSink>();
  actors::OpenStream request{owner_of(*exchange), cursor_of(exchange->call()), sink};
  exchange->node().open_stream(
      std::move(request), then(exchange, [exchange, sink](StreamOpened opened) {
        auto gone = [&node = exchange->node(), opened] { node.stream_closed(opened.stream); };
        sink->attach(exchange->start_stream(stream_head(), gone));
      }));
}

std::string next_link(const Call& call, std::string_view cursor) {
  Query query = call.query.without({"after"});
  query.add("after", cursor);
  return call.origin.base_url() + call.request.path + "?" + query.encode();
}

void show_page(const ExchangePtr& exchange, const EventPage& page) {
  const auto next =
      page.more ? std::optional(next_link(exchange->call(), page.cursor)) : std::nullopt;
  std::string json;
  actors::JsonObject(json)
      .field("count", std::int64_t{page.count})
      .field("next", next)
      .raw("previous", "null")
      .field("cursor", std::string_view(page.cursor))
      .raw("results", "[" + page.items + "]")
      .end();
  exchange->send_json(200, std::move(json));
}

std::optional<std::chrono::seconds> wait_of(const Query& query) {
  const auto text = query.get("wait");
  if (!text || text->empty()) return std::chrono::seconds(0);
  const auto seconds = parse_decimal(*text);
  if (!seconds || *seconds > kLongestWait) return std::nullopt;
  return std::chrono::seconds(*seconds);
}

}  // namespace

void list_events(const ExchangePtr& exchange) {
  if (exchange->call().format.stream) return open_stream(exchange);
  const auto wait = wait_of(exchange->call().query);
  if (!wait) {
    return exchange->fail(field_problem("wait", "Must be a whole number from 0 to 30."));
  }
  if (*wait > std::chrono::seconds(0)) exchange->may_wait();
  actors::ListEvents request{owner_of(*exchange), cursor_of(exchange->call()),
                             page_size_of(exchange->call().query), *wait};
  exchange->node().list(std::move(request), then(exchange, [exchange](const EventPage& page) {
                          show_page(exchange, page);
                        }));
}

void signal_typing(const ExchangePtr& exchange) {
  with_conversation(exchange, [exchange](actors::ConversationId id) {
    exchange->node().ask(id, actors::SignalTyping{exchange->caller()},
                         then(exchange, [exchange](actors::Done) { exchange->done(); }));
  });
}

}  // namespace confab::http::api
