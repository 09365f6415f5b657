#pragma once

#include <string_view>

#include "storage/model/error.hpp"
#include "storage/sql/soci.hpp"

namespace confab::storage {

/// What a database's complaint means to the layers above. `detail` holds the complaint itself.
Error to_error(const soci::soci_error& error);

/// The same for a complaint of PostgreSQL that did not come through SOCI.
Error to_error(std::string_view sqlstate, std::string_view message);

/// Whether the connection is gone, so that only a new one can help.
bool is_connection_lost(const soci::soci_error& error);
bool is_connection_lost(std::string_view sqlstate);

/// Errors that say nothing about the request itself: what an actor believes may be out of date.
bool is_machine_error(ErrorCode code);

/// Calls f, which returns a Result, and turns a database's exception into its error.
template <class F>
auto guarded(F&& f) -> decltype(f()) {
  try {
    return f();
  } catch (const soci::soci_error& error) {
    return to_error(error);
  }
}

}  // namespace confab::storage
