#include "http/pages/pages.hpp"

#include "http/conditional.hpp"
#include "http/pages/assets.hpp"
#include "http/pages/template.hpp"
#include "http/pages/viewer.hpp"

namespace confab::http::pages {
namespace {

// Names bear a hash of their content.
constexpr std::string_view kForever = "public, max-age=31536000, immutable";

const AssetTable& assets() {
  static const AssetTable table(embedded_assets());
  return table;
}

void add_page_headers(Response& response) {
  response.headers.emplace_back("Content-Security-Policy", kContentSecurityPolicy);
  // With no referrer at all a browser would hide a form's origin from us.
  response.headers.emplace_back("Referrer-Policy", "same-origin");
}

void send_asset(const ExchangePtr& exchange, const std::string& name) {
  const Asset* asset = assets().find(name);
  if (!asset) return exchange->fail(storage::fail(storage::ErrorCode::not_found));
  const Request& request = exchange->call().request;
  const Encoded encoded = encode_for(*asset, request.header("accept-encoding"));
  Response response;
  response.content_type = content_type_of(name);
  response.headers.emplace_back("ETag", "\"" + encoded.etag + "\"");
  response.headers.emplace_back("Cache-Control", kForever);
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

/// A page that is the same for everybody, but for who looks at it.
void send_page(const ExchangePtr& exchange, const char* name) {
  with_viewer(exchange, [exchange, name](const PageFacts& facts) {
    Response response = html_response(200, fill_page(name, "", "", facts));
    // Begins with a letter, as the digest alone might not.
    const std::string etag = "page" + variant_suffix(response.body);
    response.headers.emplace_back("ETag", "\"" + etag + "\"");
    response.headers.emplace_back("Vary", "Cookie");
    if (none_match_hits(exchange->call().request.header("if-none-match"), etag)) {
      response.status = 304;
      response.body.clear();
    }
    exchange->send(std::move(response));
  });
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
  send_asset(exchange, "assets/" + exchange->argument(0));
}

void show_admin(const ExchangePtr& exchange) { send_page(exchange, "admin.html"); }

void show_docs(const ExchangePtr& exchange) { send_page(exchange, "docs.html"); }

void show_demo(const ExchangePtr& exchange) { send_page(exchange, "demo.html"); }

std::string fill_page(std::string_view name, std::string_view title, std::string_view content,
                      const nlohmann::ordered_json& facts) {
  const Asset* page = assets().find(name);
  if (!page) return {};
  // An address that is no text is shown as well as it goes.
  const std::string json =
      facts.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  return Template(page->plain)
      .fill({{"title", escape_html(title)},
             {"content", std::string(content)},
             {"page", escape_json_in_html(json)}});
}

std::string document(std::string_view title, std::string_view content) {
  return fill_page("page.html", title, content, nullptr);
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
