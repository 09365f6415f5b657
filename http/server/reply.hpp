#pragma once

#include <cstdint>
#include <memory>

#include "http/server/server.hpp"

namespace confab::http {

/// The handle for answering request number `sequence` of a connection.
ReplyHandle make_reply(std::shared_ptr<Connection> connection, std::uint64_t sequence);

}  // namespace confab::http
