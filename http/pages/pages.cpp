#include "http/pages/pages.hpp"

#include "http/conditional.hpp"
#include "http/pages/assets.hpp"
#include "http/pages/template.hpp"

namespace confab::http::pages {
namespace {

constexpr std::string_view kForever = "public, max-age=31536000, immutable";
constexpr std::string_view kAskEachTime = "no-cache";

const AssetTable& assets() {
  static const AssetTable table(embedded_assets());
  return table;
}

std::string_view text_of(std::string_view name) {
  const Asset* asset = assets().find(name);
  return asset ? asset->plain : std::string_view();
}

void add_page_headers(Response& response) {
  response.headers.emplace_back("Content-Security-Policy", kContentSecurityPolicy);
  // With no referrer at all a browser would hide a form's origin from us.
  response.headers.emplace_back("Referrer-Policy", "same-origin");
}

void serve(const ExchangePtr& exchange, std::string_view name, std::string_view freshness) {
  const Asset* asset = assets().find(name);
  if (!asset) return exchange->fail(storage::fail(storage::ErrorCode::not_found));
  const Request& request = exchange->call().request;
  const Encoded encoded = encode_for(*asset, request.header("accept-encoding"));
  Response response;
  response.content_type = content_type_of(name);
  response.headers.emplace_back("ETag", "\"" + encoded.etag + "\"");
  response.headers.emplace_back("Cache-Control", freshness);
  response.headers.emplace_back("Vary", "Accept-Encoding");
  add_page_headers(response);
  if (none_match_hits(request.header("if-none-match"), encoded.etag)) {
    response.status = 304;
  } else {
    if (!encoded.encoding.empty()) {
      response.headers.emplace_back("Content-Encoding", encoded.encoding);
    }
    response.body = encoded.bytes;
  }
  exchange->send(std::move(response));
}

}  // namespace

void show_front(const ExchangePtr& exchange) {
  Response response;
  response.status = 302;
  response.content_type = "";
  response.headers.emplace_back("Location", "/api/");
  exchange->send(std::move(response));
}

void show_asset(const ExchangePtr& exchange) {
  // Names bear a hash of their content.
  serve(exchange, "assets/" + exchange->argument(0), kForever);
}

void show_admin(const ExchangePtr& exchange) { serve(exchange, "admin.html", kAskEachTime); }

void show_docs(const ExchangePtr& exchange) { serve(exchange, "docs.html", kAskEachTime); }

void show_demo(const ExchangePtr& exchange) { serve(exchange, "demo.html", kAskEachTime); }

std::string document(std::string_view title, std::string_view content) {
  static const Template page(text_of("page.html"));
  return page.fill({{"title", escape_html(title)}, {"content", std::string(content)}});
}

Response html_response(int status, std::string html) {
  Response response;
  response.status = status;
  response.content_type = "text/html; charset=utf-8";
  response.body = std::move(html);
  add_page_headers(response);
  return response;
}

}  // namespace confab::http::pages
