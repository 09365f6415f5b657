#include "http/pagination/list.hpp"

#include <memory>

#include "actors/representation/json_text.hpp"
#include "http/conditional.hpp"

namespace confab::http {

using actors::ListView;
using actors::Window;
using storage::ErrorCode;
using storage::fail;

namespace {

std::string link_with(const Call& call, std::string_view name, std::string_view value) {
  Query query = call.query.without({"page", "cursor"});
  if (!name.empty()) query.add(name, value);
  const std::string encoded = query.encode();
  std::string link = call.origin.base_url() + call.request.path;
  if (!encoded.empty()) link.append("?").append(encoded);
  return link;
}

std::string page_link(const Call& call, std::uint64_t number) {
  if (number <= 1) return link_with(call, {}, {});
  return link_with(call, "page", std::to_string(number));
}

CursorScope scope_of(const Exchange& exchange, std::string_view filter) {
  return {exchange.caller().user, exchange.call().match.path, filter};
}

/// The part of a query that decides what is in a list.
std::string filter_of(const Query& query) {
  return query.without({"page", "page_size", "cursor", "format"}).encode();
}

std::string etag_of(const Call& call, const ListView& view) {
  if (view.etag.empty()) return {};
  return view.etag +
         variant_suffix(call.origin.base_url() + call.request.path + "?" + call.request.query);
}

void send_list(const ExchangePtr& exchange, const ListView& view, std::string_view next,
               std::string_view previous) {
  actors::ResourceView answer;
  answer.json = make_envelope(view.count, next, previous, view.items);
  answer.etag = etag_of(exchange->call(), view);
  exchange->show(std::move(answer), 200);
}

void send_page(const ExchangePtr& exchange, std::uint64_t number, std::uint32_t size,
               const ListView& view) {
  if (number > 1 && (number - 1) * size >= view.count) {
    return exchange->fail(fail(ErrorCode::invalid_page));
  }
  const Call& call = exchange->call();
  const bool has_next = number * size < view.count;
  send_list(exchange, view, has_next ? page_link(call, number + 1) : std::string(),
            number > 1 ? page_link(call, number - 1) : std::string());
}

void fetch_page(const ExchangePtr& exchange, std::uint64_t number, const FetchList& fetch) {
  const std::uint32_t size = page_size_of(exchange->call().query);
  fetch(Window{(number - 1) * size, size, std::nullopt},
        then(exchange, [exchange, number, size](const ListView& view) {
          send_page(exchange, number, size, view);
        }));
}

/// The number of the last page is not known before the list has been counted.
void fetch_last_page(const ExchangePtr& exchange, const FetchList& fetch) {
  const std::uint32_t size = page_size_of(exchange->call().query);
  fetch(Window{0, 0, std::nullopt}, then(exchange, [exchange, fetch, size](const ListView& view) {
          fetch_page(exchange, view.count == 0 ? 1 : (view.count + size - 1) / size, fetch);
        }));
}

void walk_by_key(const ExchangePtr& exchange, std::string_view cursor, const FetchList& fetch) {
  const std::string filter = filter_of(exchange->call().query);
  Window window;
  window.limit = page_size_of(exchange->call().query);
  if (!cursor.empty()) {
    window.older_than = exchange->services().cursors.open(scope_of(*exchange, filter), cursor);
    if (!window.older_than) return exchange->fail(fail(ErrorCode::invalid_cursor));
  }
  fetch(window, then(exchange, [exchange, filter](const ListView& view) {
          std::string next;
          if (view.more && view.last) {
            const auto& cursors = exchange->services().cursors;
            next = link_with(exchange->call(), "cursor",
                             cursors.sign(scope_of(*exchange, filter), *view.last));
          }
          send_list(exchange, view, next, {});
        }));
}

}  // namespace

void answer_list(const ExchangePtr& exchange, Walk walk, const FetchList& fetch) {
  const Query& query = exchange->call().query;
  const auto cursor = query.get("cursor");
  if (walk == Walk::pages_or_cursor && cursor) return walk_by_key(exchange, *cursor, fetch);
  const auto page = choose_page(query);
  if (!page) return exchange->fail(fail(ErrorCode::invalid_page));
  if (page->last) return fetch_last_page(exchange, fetch);
  fetch_page(exchange, page->number, fetch);
}

void answer_empty_list(const ExchangePtr& exchange) {
  answer_list(exchange, Walk::pages, [](Window, const auto& callback) { callback(ListView{}); });
}

std::string make_envelope(std::uint64_t count, std::string_view next, std::string_view previous,
                          std::string_view items) {
  std::string json;
  json.reserve(items.size() + next.size() + previous.size() + 64);
  const auto link = [&json](std::string_view name, std::string_view url) {
    json.append(name);
    if (url.empty()) {
      json += "null";
    } else {
      actors::append_json(json, url);
    }
  };
  json.append("{\"count\":").append(std::to_string(count));
  link(",\"next\":", next);
  link(",\"previous\":", previous);
  json.append(",\"results\":[").append(items).append("]}");
  return json;
}

}  // namespace confab::http
