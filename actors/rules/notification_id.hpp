#pragma once

#include "storage/model/ids.hpp"
#include "storage/model/uuid.hpp"

namespace confab::actors {

/// The id of a user's notification of a message: a UUIDv7 that is the same for good, differs from
/// user to user, and needs no row. It keeps the message's time (the first eight bytes); the random
/// part is masked with a hash of the user's UUID, so that the user's own request leads back to the
/// message and nobody else's does.
storage::Uuid notification_id(storage::MessageId message, const storage::Uuid& user);

/// The message that a user's notification id belongs to (whether there is one, the database says).
storage::MessageId notified_message(const storage::Uuid& notification, const storage::Uuid& user);

}  // namespace confab::actors
