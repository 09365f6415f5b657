#pragma once

#include <string>

#include "http/routing/router.hpp"

namespace confab::http {

/// The OpenAPI 3.1 document of all routes, as JSON.
std::string openapi_document(const Router& router);

}  // namespace confab::http
