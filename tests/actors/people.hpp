#pragma once

#include "storage/model/ids.hpp"

// Who appears in the tests.

namespace confab::actors {

inline constexpr storage::UserId kAlice{1};
inline constexpr storage::UserId kBob{2};
inline constexpr storage::UserId kCarol{3};
inline constexpr storage::UserId kDave{4};

}  // namespace confab::actors
