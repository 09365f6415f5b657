#include "actors/representation/events.hpp"

#include <array>
#include <optional>

#include "actors/representation/json_text.hpp"

namespace confab::actors {

namespace {

constexpr std::array<std::string_view, 14> kNames = {
    "message.created",
    "message.updated",
    "message.deleted",
    "message.read",
    "notification.created",
    "notification.updated",
    "conversation.created",
    "conversation.updated",
    "conversation.deleted",
    "participant.added",
    "participant.removed",
    "presence",
    "typing",
    "reset",
};

constexpr std::size_t kEnvelopeSize = 220;

void append_event(std::string& out, const EventEnvelope& envelope, std::string_view data) {
  JsonObject object(out);
  if (envelope.id.empty()) {
    object.raw("id", "null");
  } else {
    object.field("id", envelope.id);
  }
  object.field("type", to_string(envelope.type)).field("at", envelope.at);
  if (envelope.conversation) {
    object.field("conversation", envelope.conversation);
  } else {
    object.raw("conversation", "null");
  }
  object.raw("data", data).end();
}

void append_range(std::string& out, Seq first, Seq last) {
  out += out.size() > 1 ? ",[" : "[";
  append_json(out, std::int64_t{first.value});
  out += ',';
  append_json(out, std::int64_t{last.value});
  out += ']';
}

}  // namespace

std::string_view to_string(EventType type) { return kNames.at(static_cast<std::size_t>(type)); }

std::string event_json(const EventEnvelope& envelope, std::string_view data) {
  std::string out;
  out.reserve(kEnvelopeSize + data.size());
  append_event(out, envelope, data);
  return out;
}

std::string event_frame(const EventEnvelope& envelope, std::string_view data) {
  std::string out;
  out.reserve(kEnvelopeSize + data.size());
  if (!envelope.id.empty()) out.append("id: ").append(envelope.id).append("\n");
  out.append("event: ").append(to_string(envelope.type)).append("\ndata: ");
  append_event(out, envelope, data);
  out += "\n\n";
  return out;
}

std::string cursor_frame(std::string_view cursor) {
  return std::string("id: ").append(cursor).append("\n\n");
}

std::string own_removal_json(std::string_view person) {
  std::string out;
  JsonObject(out).raw("user", person).raw("conversation", "null").end();
  return out;
}

std::string deleted_conversation_json(ConversationId id, const Uuid& uuid) {
  std::string out;
  JsonObject(out).field("conversation_id", uuid).field("id", id.value).end();
  return out;
}

std::string changed_notification_json(bool is_read, const storage::SeqSet& seqs,
                                      std::string_view notification) {
  std::string out;
  JsonObject(out)
      .field("is_read", is_read)
      .raw("seqs", ranges_json(seqs))
      .raw("notification", notification)
      .end();
  return out;
}

std::string ranges_json(const storage::SeqSet& seqs) {
  std::string out = "[";
  std::optional<Seq> first;
  Seq last;
  for (const Seq seq : seqs.to_vector()) {
    if (first && seq.value != last.value + 1) {
      append_range(out, *first, last);
      first = seq;
    }
    if (!first) first = seq;
    last = seq;
  }
  if (first) append_range(out, *first, last);
  out += ']';
  return out;
}

}  // namespace confab::actors
