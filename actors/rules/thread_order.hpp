#pragma once

#include <vector>

#include "storage/store.hpp"

namespace confab::actors {

/// A thread as it is shown: depth first, each parent before its children, older first. `nodes` may
/// be in any order; those that do not hang below `root` are left out.
std::vector<storage::Seq> thread_order(storage::Seq root,
                                       const std::vector<storage::ThreadNode>& nodes);

}  // namespace confab::actors
