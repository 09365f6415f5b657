#include "storage/sql/checker.hpp"

namespace confab::storage {

std::vector<Finding> check_database(Session&, bool) { return {}; }

}  // namespace confab::storage
