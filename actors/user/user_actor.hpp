#pragma once

#include "actors/context.hpp"
#include "actors/user/user_host.hpp"

namespace confab::actors {

/// The actor of one user: the account, the conversations it is in, and the lists that span them.
/// Lists are put together from what the conversations' actors say and kept until one of them
/// changes. `context` must outlive it. `fence`: in a cluster, the ownership under which it decides
/// and writes.
UserActor::behavior_type user_actor(UserActor::stateful_pointer<UserHost> self, UserId id,
                                    const Context* context, storage::Fence fence = {});

}  // namespace confab::actors
