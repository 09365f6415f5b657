#pragma once

#include "storage/model/uuid.hpp"

namespace confab::storage {

/// From now on make_uuid7() gives only greater ids than this one, even if it was made by a clock
/// that is ahead of ours. Ids of other versions change nothing. Thread-safe.
void make_uuid7_after(const Uuid& seen);

}  // namespace confab::storage
