#pragma once

#include <nlohmann/json.hpp>

namespace confab::http {

/// The schemas of everything that is answered, by name, for OpenAPI's components. Every object is
/// closed (additionalProperties: false): an answer with a member too many is a contradiction.
nlohmann::ordered_json component_schemas();

}  // namespace confab::http
