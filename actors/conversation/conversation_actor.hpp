#pragma once

#include "actors/context.hpp"
#include "actors/conversation/conversation_host.hpp"

namespace confab::actors {

/// The actor of one conversation. It loads on the first request, and holds what reads need:
/// members, read sets, newest messages. Writes are answered after COMMIT; after a storage error it
/// drops its memory and loads again. `context` must outlive it. `fence`: in
/// a cluster, the ownership under which it decides and writes.
ConversationActor::behavior_type conversation_actor(
    ConversationActor::stateful_pointer<ConversationHost> self, ConversationId id,
    const Context* context, storage::Fence fence = {});

}  // namespace confab::actors
