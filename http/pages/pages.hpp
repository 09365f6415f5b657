#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "http/exchange.hpp"

/// What a browser shows: files that the build has embedded. Handlers are those of the route table.
namespace confab::http::pages {

/// The pages run scripts and styles of this site alone, and nothing that stands in the page itself.
inline constexpr std::string_view kContentSecurityPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'";

/// On to the API's front door.
void show_front(const ExchangePtr& exchange);
/// What the last segment of the path names.
void show_asset(const ExchangePtr& exchange);
void show_admin(const ExchangePtr& exchange);
void show_docs(const ExchangePtr& exchange);
void show_demo(const ExchangePtr& exchange);

/// A page of the build with its places filled: `title` is text, `content` HTML, `facts` what the
/// page's script is told.
std::string fill_page(std::string_view name, std::string_view title, std::string_view content,
                      const nlohmann::ordered_json& facts);

/// A page with a heading around `content`, which is HTML; `title` is text.
std::string document(std::string_view title, std::string_view content);

/// The answer's headers, as pages made here have them.
Response html_response(int status, std::string html);

}  // namespace confab::http::pages
