#pragma once

#include <nlohmann/json.hpp>

#include "actors/messages/common.hpp"

// What actors answer, as JSON to look into.

namespace confab::actors {

inline nlohmann::json parsed(const ResourceView& view) { return nlohmann::json::parse(view.json); }

inline nlohmann::json parsed(const Result<ResourceView>& view) {
  return view.has_value() ? nlohmann::json::parse(view.value().json) : nlohmann::json();
}

inline nlohmann::json items(const Result<ListView>& list) {
  return list.has_value() ? nlohmann::json::parse("[" + list.value().items + "]")
                          : nlohmann::json();
}

}  // namespace confab::actors
