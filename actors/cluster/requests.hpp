#pragma once

#include <functional>

#include "actors/cluster/envelope.hpp"
#include "actors/router.hpp"

namespace confab::actors {

struct Context;

namespace cluster {

/// Where work of the authenticator belongs that is counted per word (a client's address, say).
struct Desk {
  storage::ShardIndex shard = 0;
};

/// Sends the request to the node that owns its shard. Instantiated for every request that may be
/// asked of a conversation, a user or a desk: a new one is added to the list in kinds.hpp.
template <class Key, class Request>
void forward(Router& router, Key key, const Request& request,
             const Answer<typename Request::Reply>& answer);

/// Whether the request may be sent again although it may have been done already.
template <class Request>
bool may_repeat(const Request& request);

/// Serves a call that came from another node, under an ownership of this one. `reply` is called
/// once, on any thread; it says not_owner if nothing was done because the shard was lost.
void serve(const Context& context, storage::Fence fence, const ForwardedCall& call,
           std::function<void(EnvelopeReply)> reply);

}  // namespace cluster

}  // namespace confab::actors
