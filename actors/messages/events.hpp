#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "actors/messages/common.hpp"

// What a conversation's actor is asked about events.

namespace confab::actors {

/// What a stream tells. One event of the log may be told as several of these.
enum class EventType : std::uint8_t {
  message_created,
  message_updated,
  message_deleted,
  message_read,
  notification_created,
  notification_updated,
  conversation_created,
  conversation_updated,
  conversation_deleted,
  participant_added,
  participant_removed,
  presence,
  typing,
  reset,
};

/// An event of the log and those who are to hear of it.
struct EventToRender {
  storage::Event event;
  std::vector<UserId> viewers;
};

/// One part of an event, the same bytes for all these viewers.
struct RenderedEvent {
  std::uint8_t part = 0;
  EventType type = EventType::message_created;
  std::string data;  ///< JSON
  std::vector<UserId> viewers;
};

struct RenderedEvents {
  Uuid conversation;
  /// For each event asked for its parts in order; none where nothing is left to tell.
  std::vector<std::vector<RenderedEvent>> events;
  std::uint32_t damaged = 0;  ///< events that make no sense
};

/// Renders events of this conversation as each viewer may see them now. Who does not take part any
/// more gets nothing but his own participant_removed. Answered once every write that may have left
/// one of these events has taken effect here.
struct RenderEvents {
  using Reply = RenderedEvents;
  std::vector<EventToRender> events;
};

/// Tells the others in the conversation who listen that the caller is typing.
struct SignalTyping {
  using Reply = Done;
  Caller caller;
};

}  // namespace confab::actors
