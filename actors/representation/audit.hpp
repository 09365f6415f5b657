#pragma once

#include <string>

#include "storage/model/entities.hpp"

namespace confab::actors {

/// One entry of the audit log, as administrators see it.
std::string audit_json(const storage::AuditRow& row);

}  // namespace confab::actors
