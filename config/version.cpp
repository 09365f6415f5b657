#include "config/version.hpp"

namespace confab::config {

std::string_view version() { return CONFAB_VERSION; }

}  // namespace confab::config
