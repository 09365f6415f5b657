#pragma once

#include <cstdint>
#include <string>

#include <caf/actor.hpp>
#include <caf/meta/type_name.hpp>

#include "storage/model/uuid.hpp"

// What the endpoints of two nodes send each other through CAF's network. Frozen, as the envelope
// that travels in the pieces.

namespace confab::actors {

/// Who is at the other end, and how to answer.
struct LinkHello {
  storage::Uuid node;
  caf::actor endpoint;
};

struct LinkPing {
  storage::Uuid node;
  std::int64_t sent = 0;  ///< in milliseconds by the sender's clock, which starts anywhere
  bool is_answer = false;
};

/// A piece of a message.
struct LinkPiece {
  storage::Uuid node;
  std::uint64_t id = 0;
  bool is_reply = false;
  std::uint32_t index = 0;
  std::uint32_t count = 1;
  std::string bytes;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, LinkHello& x) {
  return f(caf::meta::type_name("LinkHello"), x.node.bytes, x.endpoint);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, LinkPing& x) {
  return f(caf::meta::type_name("LinkPing"), x.node.bytes, x.sent, x.is_answer);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, LinkPiece& x) {
  return f(caf::meta::type_name("LinkPiece"), x.node.bytes, x.id, x.is_reply, x.index, x.count,
           x.bytes);
}

}  // namespace confab::actors
