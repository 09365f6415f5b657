#pragma once

#include <cstddef>

#include "actors/boards/access_board.hpp"
#include "actors/boards/log_bell.hpp"
#include "actors/boards/people_board.hpp"
#include "actors/boards/presence_board.hpp"
#include "actors/directory.hpp"
#include "actors/dispatcher/dispatcher_host.hpp"
#include "actors/persistence/persistence.hpp"

namespace confab::actors {

/// The notification dispatcher: follows the log of events once somebody listens, asks the actors of
/// the conversations for what each listener may see of them, and carries it to the streams. The
/// context must outlive it.
NotificationDispatcher::behavior_type notification_dispatcher(
    NotificationDispatcher::stateful_pointer<DispatcherHost> self,
    const DispatcherContext* context);

}  // namespace confab::actors
