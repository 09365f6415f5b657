#pragma once

namespace confab::storage {

/// The letter without its accent (Latin and Greek, lower case); final sigma becomes sigma.
char32_t without_accent(char32_t letter);

}  // namespace confab::storage
