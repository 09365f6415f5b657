#include "http/api/handlers.hpp"
#include "http/api/resolve.hpp"
#include "http/conditional.hpp"
#include "http/pagination/list.hpp"

namespace confab::http::api {

using actors::ConversationId;
using actors::ResourceView;
using storage::ErrorCode;
using storage::MessagePlace;

namespace {

/// A look at the head shows nobody the message, so it must not read it.
bool shows_body(const ExchangePtr& exchange) {
  return exchange->call().request.method != Method::head;
}

/// The tags of If-Match that the change is to be tried with, one after the other: a change that
/// fails for its tag has no effect. None: unconditional.
std::vector<std::optional<std::string>> tags_to_try(const Request& request) {
  std::vector<std::optional<std::string>> tags;
  const std::string_view header = request.header("if-match");
  for (std::string& tag : parse_entity_tags(header)) {
    if (tag == "*") return {std::nullopt};
    tags.emplace_back(std::move(tag));
  }
  if (header.empty()) tags.emplace_back(std::nullopt);
  return tags;
}

using Tags = std::vector<std::optional<std::string>>;

void try_change(const ExchangePtr& exchange, const MessagePlace& place,
                const std::optional<std::string>& content, Tags tags) {
  if (tags.empty()) return exchange->fail(storage::fail(ErrorCode::changed_meanwhile));
  actors::ChangeMessage change{exchange->caller(), place.seq, content, std::move(tags.back())};
  tags.pop_back();
  exchange->node().ask(
      place.conversation, std::move(change),
      [exchange, place, content, tags = std::move(tags)](storage::Result<ResourceView> result) {
        exchange->guard([&] {
          if (result.has_value()) return exchange->show(std::move(result).assume_value());
          const storage::Error& error = result.assume_error();
          if (error.code == ErrorCode::changed_meanwhile && !tags.empty()) {
            return try_change(exchange, place, content, tags);
          }
          exchange->fail(error);
        });
      });
}

}  // namespace

void list_conversation_messages(const ExchangePtr& exchange) {
  const Query& query = exchange->call().query;
  const auto all = read_flag(query, "all");
  if (const auto* problem = std::get_if<Problem>(&all)) return exchange->fail(*problem);
  actors::ListMessages list;
  list.caller = exchange->caller();
  list.with_replies = std::get<std::optional<bool>>(all).value_or(false);
  list.oldest_first = is_oldest_first(query);
  const Walk walk = list.oldest_first ? Walk::pages : Walk::pages_or_cursor;
  with_conversation(exchange, [exchange, list, walk](ConversationId id) {
    answer_list(exchange, walk, [exchange, list, id](actors::Window window, auto callback) {
      actors::ListMessages part = list;
      part.window = window;
      exchange->node().ask(id, part, std::move(callback));
    });
  });
}

void show_message(const ExchangePtr& exchange) {
  with_message(exchange, 0, [exchange](const MessagePlace& place) {
    exchange->node().ask(
        place.conversation,
        actors::OpenMessage{exchange->caller(), place.seq, shows_body(exchange)},
        then(exchange, [exchange](ResourceView view) { exchange->show(std::move(view)); }));
  });
}

void inspect_message(const ExchangePtr& exchange) {
  with_message(exchange, 0, [exchange](const MessagePlace& place) {
    exchange->node().ask(
        place.conversation, actors::OpenMessage{exchange->caller(), place.seq, false},
        then(exchange, [exchange](ResourceView view) { exchange->show(std::move(view)); }));
  });
}

void change_message(const ExchangePtr& exchange) {
  FieldReader fields(*exchange->call().route, exchange->call().body);
  auto content = fields.text("content");
  if (fields.failed()) return exchange->fail(fields.problem());
  with_message(exchange, 0, [exchange, content](const MessagePlace& place) {
    try_change(exchange, place, content, tags_to_try(exchange->call().request));
  });
}

void delete_message(const ExchangePtr& exchange) {
  with_message(exchange, 0, [exchange](const MessagePlace& place) {
    exchange->node().ask(place.conversation, actors::RemoveMessage{exchange->caller(), place.seq},
                         then(exchange, [exchange](actors::Done) { exchange->done(); }));
  });
}

void show_thread(const ExchangePtr& exchange) {
  const auto root = storage::parse_uuid(exchange->argument(1));
  if (!root || !*root) return exchange->fail(storage::fail(ErrorCode::not_found));
  with_conversation(exchange, [exchange, root = storage::MessageId{*root}](ConversationId id) {
    answer_list(exchange, Walk::pages, [exchange, root, id](actors::Window window, auto callback) {
      exchange->node().ask(
          id, actors::ShowThread{exchange->caller(), root, window, shows_body(exchange)},
          std::move(callback));
    });
  });
}

void show_history(const ExchangePtr& exchange) {
  with_message(exchange, 0, [exchange](const MessagePlace& place) {
    answer_list(exchange, Walk::pages, [exchange, place](actors::Window window, auto callback) {
      exchange->node().ask(place.conversation,
                           actors::ShowHistory{exchange->caller(), place.seq, window},
                           std::move(callback));
    });
  });
}

}  // namespace confab::http::api
