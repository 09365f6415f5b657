#pragma once

#include <string>

#include "http/routing/router.hpp"

namespace confab::http {

/// What OPTIONS answers: DRF's metadata of a resource, as JSON.
std::string options_document(const Resource& resource);

/// "Message List", "Message Instance", "Mark As Read": the name that DRF would give an address.
std::string resource_name(std::string_view pattern);

}  // namespace confab::http
