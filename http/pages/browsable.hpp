#pragma once

#include <nlohmann/json.hpp>

#include "http/exchange.hpp"

/// The API in a browser: any answer as a page, with what else can be asked of its address.
namespace confab::http::pages {

/// Whether this answer is to be shown as a page.
bool is_browsable(const Call& call, const Response& answer);

/// Shows an answer of the API as a page: same status, same headers. The page is complete without
/// scripts; with them it has forms.
void present(const ExchangePtr& exchange, Response answer);

/// The answer and what the route table says of its address, for the page's script. `viewer`: the
/// facts that all pages share; their user decides which methods are offered.
nlohmann::ordered_json browsable_facts(const Router& router, const Call& call,
                                       const Response& answer, nlohmann::ordered_json viewer);

/// The same for readers without scripts, as HTML. Links lead to this site only.
std::string browsable_content(const nlohmann::ordered_json& facts, std::string_view base_url);

}  // namespace confab::http::pages
