#pragma once

#include "actors/context.hpp"

namespace confab::actors {

/// Clears away everything that a hidden account left: asks every conversation that it is or ever
/// was in to erase it, a few at a time, then removes the row. Thread-safe; may be called again for
/// the same account, after a failure or while it is under way (then there is nothing to do).
/// `context` must outlive it.
void erase_account(const Context& context, UserId user, const Answer<Done>& answer);

}  // namespace confab::actors
