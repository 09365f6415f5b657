#pragma once

#include <string_view>

namespace confab::config {

/// The program's version, as the build names it.
std::string_view version();

}  // namespace confab::config
