#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace confab::storage {

/// The text in one case, for comparisons that do not care (Unicode, code point by code point).
std::string fold_case(std::string_view text);

/// A LIKE pattern (with ESCAPE '\') for texts that contain `part`.
std::string containing(std::string_view part);

/// The words of a message as they are indexed, separated by spaces: one case, without accents;
/// scripts written without spaces (Chinese, Japanese, Thai …) are cut into overlapping pairs, the
/// last letter standing alone, so that any part of a run can be found.
std::string index_words(std::string_view text);

/// Whether the text has parts that can only be found as words next to each other.
bool has_unspaced_script(std::string_view text);

/// A search as a list of conditions that must all hold. Each is a sequence of words next to each
/// other; the last of them may be the beginning of a word.
struct SearchTerm {
  std::vector<std::string> words;
  bool prefix = true;
};
std::vector<SearchTerm> parse_search(std::string_view text);

}  // namespace confab::storage
