#include "storage/store.hpp"

namespace confab::storage {

Result<std::unique_ptr<Store>> open_postgres(const PostgresAddress&) {
  return fail(ErrorCode::storage_unavailable, "PostgreSQL is not supported yet");
}

}  // namespace confab::storage
