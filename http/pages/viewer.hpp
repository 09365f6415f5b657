#pragma once

#include <functional>

#include <nlohmann/json.hpp>

#include "http/exchange.hpp"

namespace confab::http::pages {

/// What every page is told about itself: who looks at it, `user` being null for nobody.
using PageFacts = nlohmann::ordered_json;

/// Finds out who looks at a page, by the request's own login or the browser's session, and goes on
/// with the facts that all pages share. Whoever cannot be made out is nobody.
void with_viewer(const ExchangePtr& exchange, std::function<void(PageFacts)> next);

}  // namespace confab::http::pages
