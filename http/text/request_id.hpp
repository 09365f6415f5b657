#pragma once

#include <string>

namespace confab::http {

/// A name for a request that came without one, for the logs: no two are likely to be alike. Not
/// secret. Thread-safe.
std::string make_request_id();

}  // namespace confab::http
