#pragma once

#include <string_view>

namespace confab::actors {

/// Whether a password is among the first that anybody would try: a well-known word, also with
/// digits around it or in place of letters; a walk along the keyboard or the alphabet; a short
/// repetition. `folded` is the password's code points without regard to case.
bool is_common_password(std::u32string_view folded);

}  // namespace confab::actors
