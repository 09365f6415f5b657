#include "storage/sql/text.hpp"

#include <array>
#include <clocale>
#include <cstdint>
#include <utility>

#include <wctype.h>

#include "config/unicode.hpp"
#include "storage/sql/accents.hpp"

namespace confab::storage {

namespace {

constexpr std::size_t kLongestWord = 64;  ///< code points; the rest of a longer word is not indexed

using Range = std::pair<char32_t, char32_t>;

/// Scripts that do not put spaces between words, and Hangul, whose words carry particles.
constexpr std::array<Range, 9> kUnspaced{{{0x0e00, 0x0eff},
                                          {0x1000, 0x109f},
                                          {0x1780, 0x17ff},
                                          {0x3041, 0x30ff},
                                          {0x3400, 0x4dbf},
                                          {0x4e00, 0x9fff},
                                          {0xac00, 0xd7af},
                                          {0xf900, 0xfaff},
                                          {0x20000, 0x3ffff}}};

/// Marks that are left out of words: combining accents, Hebrew and Arabic vowel signs, tatweel.
constexpr std::array<Range, 5> kIgnored{
    {{0x0300, 0x036f}, {0x0591, 0x05c7}, {0x0640, 0x0640}, {0x064b, 0x065f}, {0x0670, 0x0670}}};

template <std::size_t N>
bool in_ranges(const std::array<Range, N>& ranges, char32_t character) {
  for (const auto& [first, last] : ranges) {
    if (character >= first && character <= last) return true;
  }
  return false;
}

/// Character classes of Unicode, whatever locale the process runs in. Lives as long as the process.
locale_t unicode_locale() {
  static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return locale;
}

char32_t lower(char32_t character) {
  if (character < 0x80) {
    return character >= 'A' && character <= 'Z' ? character + ('a' - 'A') : character;
  }
  return static_cast<char32_t>(towlower_l(static_cast<wint_t>(character), unicode_locale()));
}

bool is_word_character(char32_t character) {
  if (character < 0x80) {
    return (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9') ||
           (character >= 'A' && character <= 'Z');
  }
  return iswalnum_l(static_cast<wint_t>(character), unicode_locale()) != 0;
}

void append_character(std::string& out, char32_t character) {
  const auto tail = [&](int shift) {
    out += static_cast<char>(0x80 | ((character >> shift) & 0x3f));
  };
  if (character < 0x80) {
    out += static_cast<char>(character);
  } else if (character < 0x800) {
    out += static_cast<char>(0xc0 | character >> 6);
    tail(0);
  } else if (character < 0x10000) {
    out += static_cast<char>(0xe0 | character >> 12);
    tail(6);
    tail(0);
  } else {
    out += static_cast<char>(0xf0 | character >> 18);
    tail(12);
    tail(6);
    tail(0);
  }
}

/// A stretch of letters and digits of one kind.
struct Run {
  std::u32string letters;
  bool unspaced = false;
};

/// Calls take(Run) for each run of word characters, folded.
template <class Take>
void each_run(std::string_view text, Take&& take) {
  Run run;
  const auto finish = [&] {
    if (!run.letters.empty()) take(std::as_const(run));
    run.letters.clear();
  };
  while (!text.empty()) {
    const char32_t character = unicode::take_character(text);
    if (character >= 0x80 && in_ranges(kIgnored, character)) continue;
    if (!is_word_character(character)) {
      finish();
      continue;
    }
    const bool unspaced = character >= 0x0e00 && in_ranges(kUnspaced, character);
    if (unspaced != run.unspaced) finish();
    run.unspaced = unspaced;
    const char32_t folded = lower(character);
    run.letters += folded < 0x80 ? folded : without_accent(folded);
  }
  finish();
}

std::string utf8(std::u32string_view letters) {
  std::string out;
  for (const char32_t letter : letters) append_character(out, letter);
  return out;
}

void append_word(std::string& out, std::u32string_view letters) {
  if (!out.empty()) out += ' ';
  for (const char32_t letter : letters.substr(0, kLongestWord)) append_character(out, letter);
}

SearchTerm to_term(const Run& run) {
  const std::u32string_view letters = run.letters;
  if (!run.unspaced || letters.size() == 1) return {{utf8(letters.substr(0, kLongestWord))}, true};
  SearchTerm term{{}, false};
  for (std::size_t i = 0; i + 1 < letters.size(); ++i) {
    term.words.push_back(utf8(letters.substr(i, 2)));
  }
  return term;
}

}  // namespace

std::string fold_case(std::string_view text) {
  std::string folded;
  folded.reserve(text.size());
  while (!text.empty()) {
    const std::string_view rest = text;
    const char32_t character = unicode::take_character(text);
    if (character == unicode::kReplacement) {
      folded += rest.substr(0, rest.size() - text.size());
    } else {
      append_character(folded, lower(character));
    }
  }
  return folded;
}

std::string containing(std::string_view part) {
  std::string pattern = "%";
  for (const char character : part) {
    if (character == '%' || character == '_' || character == '\\') pattern += '\\';
    pattern += character;
  }
  return pattern += '%';
}

std::string index_words(std::string_view text) {
  std::string words;
  words.reserve(text.size());
  each_run(text, [&](const Run& run) {
    if (!run.unspaced) return append_word(words, run.letters);
    for (std::size_t i = 0; i < run.letters.size(); ++i) {
      append_word(words, std::u32string_view(run.letters).substr(i, 2));
    }
  });
  return words;
}

bool has_unspaced_script(std::string_view text) {
  while (!text.empty()) {
    const char32_t character = unicode::take_character(text);
    if (character >= 0x0e00 && in_ranges(kUnspaced, character)) return true;
  }
  return false;
}

std::vector<SearchTerm> parse_search(std::string_view text) {
  std::vector<SearchTerm> terms;
  each_run(text, [&](const Run& run) { terms.push_back(to_term(run)); });
  return terms;
}

}  // namespace confab::storage
