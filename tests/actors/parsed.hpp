#pragma once

#include <nlohmann/json.hpp>

#include "actors/messages/common.hpp"

// What actors answer, as JSON to look into.

namespace confab::actors {

using Json = nlohmann::json;

inline Json parsed(const ResourceView& view) { return Json::parse(view.json); }

inline Json parsed(const Result<ResourceView>& view) {
  return view.has_value() ? Json::parse(view.value().json) : Json();
}

inline Json items(const Result<ListView>& list) {
  return list.has_value() ? Json::parse("[" + list.value().items + "]") : Json();
}

}  // namespace confab::actors
