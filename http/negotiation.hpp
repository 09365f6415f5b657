#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "http/problem.hpp"

namespace confab::http {

/// How an answer is written.
struct Format {
  bool html = false;
  bool stream = false;  ///< text/event-stream
  unsigned indent = 0;  ///< spaces per level of JSON; 0: compact
};

/// Chooses from Accept (empty: anything) and the ?format= parameter, as DRF does: 406 when nothing
/// fits, 404 for an unknown format. `offers_html`: the address is also a page; `offers_stream`: and
/// an event stream, for those who name it.
std::variant<Format, Problem> negotiate(std::string_view accept,
                                        std::optional<std::string_view> format, bool offers_html,
                                        bool offers_stream = false);

/// Whether Accept-Encoding names that coding (lower case), or * without refusing it.
bool accepts_encoding(std::string_view header, std::string_view coding);

/// JSON with the given indentation. Precondition: `json` is JSON of ours.
std::string indent_json(std::string_view json, unsigned spaces);

}  // namespace confab::http
