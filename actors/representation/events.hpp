#pragma once

#include <string>
#include <string_view>

#include "actors/messages/events.hpp"

namespace confab::actors {

/// "message.created".
std::string_view to_string(EventType type);

/// What is said of every event beside its data. Pieces are as they stand in the JSON's strings.
struct EventEnvelope {
  std::string_view id;  ///< the cursor; empty: the event cannot be resumed from
  EventType type = EventType::message_created;
  Timestamp at{};
  Uuid conversation;  ///< none: it concerns no conversation
};

/// {"id","type","at","conversation","data"}. `data` is JSON.
std::string event_json(const EventEnvelope& envelope, std::string_view data);

/// The same as a frame of text/event-stream: made here, so that the bytes can be shared by all who
/// get them.
std::string event_frame(const EventEnvelope& envelope, std::string_view data);

/// A frame without an event: a client only remembers the id.
std::string cursor_frame(std::string_view cursor);

/// The data of participant_removed for the one who was. `person`: JSON.
std::string own_removal_json(std::string_view person);

/// The data of conversation_deleted.
std::string deleted_conversation_json(ConversationId id, const Uuid& uuid);

/// The data of notification_updated. `notification`: JSON.
std::string changed_notification_json(bool is_read, const storage::SeqSet& seqs,
                                      std::string_view notification);

/// The seqs of a set as ranges: [[1,3],[5,5]].
std::string ranges_json(const storage::SeqSet& seqs);

}  // namespace confab::actors
