#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace confab::http::pages {

/// HTML with places to fill, written `<!--name-->`. Immutable, hence thread-safe.
class Template {
 public:
  /// `text` must outlive the template.
  explicit Template(std::string_view text) : text_(text) {}

  /// Every place gets the HTML given for its name; a comment that names none stays.
  std::string fill(std::initializer_list<std::pair<std::string_view, std::string>> contents) const;

 private:
  std::string_view text_;
};

/// The text with all that means something in HTML escaped.
std::string escape_html(std::string_view text);

/// JSON for a script element: nothing in it can end the element or begin a comment. Still the same
/// JSON.
std::string escape_json_in_html(std::string_view json);

}  // namespace confab::http::pages
