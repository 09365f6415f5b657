#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace confab::http {

/// The boundary parameter of a multipart Content-Type; empty if there is no sound one.
std::string_view boundary_of(std::string_view content_type);

/// The simple fields of a multipart/form-data body, in order; files are skipped. Empty optional:
/// the body is malformed or has more than 1000 parts.
std::optional<std::vector<std::pair<std::string, std::string>>> parse_multipart(
    std::string_view body, std::string_view boundary);

}  // namespace confab::http
