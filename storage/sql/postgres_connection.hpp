#pragma once

#include <memory>
#include <string>

#include "storage/sql/session.hpp"
#include "storage/store.hpp"

namespace confab::storage {

enum class PostgresRole : std::uint8_t { reader, writer, cluster, maintenance };

/// Connects with the timeouts and settings of the role. Throws soci::soci_error.
std::unique_ptr<Session> connect_postgres(const PostgresAddress& address, PostgresRole role);

}  // namespace confab::storage
