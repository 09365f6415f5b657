#pragma once

#include <cstdint>

#include "storage/model/cluster.hpp"

namespace confab::actors::cluster::test {

/// The node whose id ends in that number.
inline storage::NodeId node(std::uint8_t number) {
  storage::Uuid uuid;
  uuid.bytes[15] = number;
  return storage::NodeId{uuid};
}

}  // namespace confab::actors::cluster::test
