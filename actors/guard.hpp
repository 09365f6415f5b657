#pragma once

#include <exception>

#include "config/log.hpp"

namespace confab::actors {

/// Keeps an exception (no memory, say) from ending the actor or thread of that name, which others
/// need: logs it and calls `recover`, which sets right what may be half done. A request in hand is
/// refused when its Answer dies.
template <class Work, class Recover>
void guard(const char* name, Work&& work, Recover&& recover) {
  try {
    work();
  } catch (const std::exception& error) {
    log::error("actor_failed", {{"actor", name}, {"what", error.what()}});
    recover();
  }
}

/// The same, where nothing can be half done.
template <class Work>
void guard(const char* name, Work&& work) {
  guard(name, work, [] {});
}

}  // namespace confab::actors
