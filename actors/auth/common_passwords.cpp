#include "actors/auth/common_passwords.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <set>
#include <string>

#include "actors/auth/code_points.hpp"

namespace confab::actors {

namespace {

// Rows along which fingers or thoughts walk, in either direction.
constexpr std::u32string_view kRows[] = {
    U"01234567890",
    U"abcdefghijklmnopqrstuvwxyz",
    U"qwertyuiop",
    U"asdfghjkl",
    U"zxcvbnm",
    U"qwertzuiop",
    U"yxcvbnm",
    U"azertyuiop",
    U"qsdfghjklm",
    U"wxcvbn",
    U"1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    U"qazwsxedcrfvtgbyhnujm",
    U"1q2w3e4r5t6y7u8i9o0p",
    U"q1w2e3r4t5y6u7i8o9p0",
    U"!@#$%^&*()",
    U"!\"§$%&/()=",
    U"йцукенгшщзхъ",
    U"фывапролджэ",
    U"ячсмитьбю",
    U"абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    U"ςερτυθιοπ",
    U"ασδφγηξκλ",
    U"αβγδεζηθικλμνξοπρστυφχψω",
};

// Words alone: digits and signs around them and digits for letters are taken off before.
constexpr std::u32string_view kWords[] = {
    U"access",      U"accessdenied", U"admin",      U"administrator", U"adminadmin", U"amsterdam",
    U"andrea",      U"andrew",       U"angel",      U"arsenal",       U"autumn",     U"babygirl",
    U"backup",      U"banana",       U"barcelona",  U"baseball",      U"basketball", U"batman",
    U"berlin",      U"blink",        U"butterfly",  U"changeit",      U"changeme",   U"charlie",
    U"cheese",      U"chelsea",      U"chocolate",  U"coffee",        U"computer",   U"confab",
    U"cookie",      U"corona",       U"daniel",     U"database",      U"default",    U"demo",
    U"dragon",      U"elephant",     U"facebook",   U"flower",        U"football",   U"freedom",
    U"friends",     U"george",       U"ginger",     U"google",        U"guest",      U"hallo",
    U"hannah",      U"happy",        U"harley",     U"hello",         U"hellothere", U"helloworld",
    U"hunter",      U"iloveyou",     U"internet",   U"jennifer",      U"jessica",    U"jesus",
    U"jordan",      U"jasmine",      U"justin",     U"killer",        U"kitten",     U"letmein",
    U"linux",       U"liverpool",    U"login",      U"london",        U"lovely",     U"loveme",
    U"maggie",      U"manager",      U"master",     U"matrix",        U"matthew",    U"mercedes",
    U"merlin",      U"michael",      U"minecraft",  U"monday",        U"money",      U"monkey",
    U"mypassword",  U"mustang",      U"naruto",     U"newpassword",   U"nicole",     U"ninja",
    U"nopassword",  U"nothing",      U"opensesame", U"orange",        U"parola",     U"pass",
    U"passpass",    U"passphrase",   U"passwd",     U"passwort",      U"password",   U"pepper",
    U"pokemon",     U"princess",     U"public",     U"purple",        U"qwerty",     U"robert",
    U"root",        U"samsung",      U"scooter",    U"secret",        U"secure",     U"security",
    U"server",      U"service",      U"shadow",     U"soccer",        U"spiderman",  U"spring",
    U"starwars",    U"summer",       U"sunday",     U"sunflower",     U"sunshine",   U"superman",
    U"superstar",   U"support",      U"sweetheart", U"system",        U"temp",       U"temporary",
    U"test",        U"tester",       U"testing",    U"testtest",      U"thomas",     U"tigger",
    U"toor",        U"trustno",      U"unknown",    U"user",          U"username",   U"welcome",
    U"welcomehome", U"whatever",     U"william",    U"winter",        U"yankees",    U"zxcvbn",
    U"пароль",      U"привет",       U"любовь",     U"κωδικος",
};

constexpr std::size_t kShortestRun = 3;
constexpr std::size_t kLongestUnit = 4;

bool is_letter_like(char32_t c) { return (c >= U'a' && c <= U'z') || c >= 0x80; }

/// The letter that a digit or sign is often written for; itself if there is none.
char32_t meant_letter(char32_t c) {
  switch (c) {
    case U'0':
      return U'o';
    case U'1':
    case U'!':
      return U'i';
    case U'3':
      return U'e';
    case U'4':
    case U'@':
      return U'a';
    case U'5':
    case U'$':
      return U's';
    case U'7':
      return U't';
    default:
      return c;
  }
}

bool is_listed(std::u32string_view word) {
  return std::ranges::find(kWords, word) != std::end(kWords);
}

bool is_listed_in_disguise(std::u32string_view text) {
  std::u32string word;
  std::ranges::transform(text, std::back_inserter(word), meant_letter);
  return is_listed(word);
}

std::size_t longest_run_in(std::u32string_view row, std::u32string_view text) {
  std::size_t length = std::min(row.size(), text.size());
  while (length >= kShortestRun && row.find(text.substr(0, length)) == row.npos) --length;
  return length >= kShortestRun ? length : 0;
}

/// How many characters at the start of `text` follow one row.
std::size_t longest_run(std::u32string_view text) {
  std::size_t longest = 0;
  for (const std::u32string_view row : kRows) {
    const std::u32string backwards(row.rbegin(), row.rend());
    longest = std::max({longest, longest_run_in(row, text), longest_run_in(backwards, text)});
  }
  return longest;
}

bool consists_of_runs(std::u32string_view text) {
  while (!text.empty()) {
    const std::size_t run = longest_run(text);
    if (run == 0) return false;
    text.remove_prefix(run);
  }
  return true;
}

/// A listed word or a walk that makes up at least half of the text, with digits and signs around
/// it.
bool is_decorated(std::u32string_view text) {
  const auto first = std::ranges::find_if(text, is_letter_like);
  const auto last = std::find_if(text.rbegin(), text.rend(), is_letter_like).base();
  if (first >= last) return false;
  const std::u32string_view core(first, last);
  return core.size() * 2 >= text.size() && (is_listed_in_disguise(core) || consists_of_runs(core));
}

bool repeats_unit(std::u32string_view text, std::size_t unit) {
  return std::equal(text.begin() + static_cast<std::ptrdiff_t>(unit), text.end(), text.begin());
}

bool is_repetition(std::u32string_view text) {
  const std::size_t longest = std::min(kLongestUnit, text.size() / 2);
  for (std::size_t unit = 1; unit <= longest; ++unit) {
    if (repeats_unit(text, unit)) return true;
  }
  return std::set<char32_t>(text.begin(), text.end()).size() <= 2;
}

}  // namespace

bool is_common_password(std::u32string_view folded) {
  return is_listed_in_disguise(folded) || is_decorated(folded) || is_repetition(folded) ||
         consists_of_runs(folded);
}

}  // namespace confab::actors
