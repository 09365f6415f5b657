#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace confab::http {

/// The opaque parts of the entity tags of an If-Match or If-None-Match header, quotes and W/
/// removed; "*" stands for itself. Malformed elements are left out.
std::vector<std::string> parse_entity_tags(std::string_view header);

/// Whether If-None-Match names this tag.
bool none_match_hits(std::string_view header, std::string_view etag);

/// A short digest of whatever else than the resource decides about an answer's bytes (the address
/// and the query of a list with absolute links).
std::string variant_suffix(std::string_view text);

}  // namespace confab::http
