#include <utility>

#include <fmt/format.h>

#include "actors/conversation/conversation_host.hpp"
#include "actors/representation/json_text.hpp"
#include "actors/representation/resources.hpp"
#include "actors/rules/notification_id.hpp"

namespace confab::actors {

namespace {

constexpr std::string_view kNobody = "null";

}  // namespace

// A copy, because a rename on another thread may end the person's life at any moment.
std::string ConversationHost::person(UserId user) const {
  auto found = people_.find(user);
  return found == people_.end() ? std::string(kNobody) : found->second->get()->json;
}

Uuid ConversationHost::person_uuid(UserId user) const {
  auto found = people_.find(user);
  return found == people_.end() ? Uuid{} : found->second->get()->uuid;
}

const std::string& ConversationHost::begun(CachedMessage& cached) {
  std::uint64_t version = context_->people.version();
  if (cached.begun.empty() || cached.names_version != version) {
    const storage::Message& message = cached.message;
    std::string sender = person(message.sender);
    std::string receiver = message.receiver ? person(message.receiver) : std::string(kNobody);
    cached.begun = begin_message(message, {uuid_json_, sender, receiver});
    cached.names_version = version;
  }
  return cached.begun;
}

std::string ConversationHost::render(const ConversationState& state, CachedMessage& cached,
                                     UserId viewer) {
  std::string out;
  const std::string& head = begun(cached);
  out.reserve(head.size() + 32);
  finish_message(out, head, state.is_read_for(viewer, cached.message.seq));
  return out;
}

std::string ConversationHost::render_notification(const CachedMessage& cached, UserId user) {
  const storage::Message& message = cached.message;
  std::string owner = person(user);
  std::string sender = person(message.sender);
  return notification_json({
      .id = notification_id(message.id, person_uuid(user)),
      .user = owner,
      .message = &message,
      .conversation_uuid = uuid_json_,
      .is_reply = message.parent && state_->was_sent_by(user, message.parent),
      .sender = sender,
      .is_read = state_->is_dismissed_by(user, message.seq),
  });
}

ResourceView ConversationHost::view(CachedMessage& cached, UserId viewer, int status) {
  std::string json = render(*state_, cached, viewer);
  std::string etag = etag_of(json);
  return {std::move(json), std::move(etag), status, false};
}

ListView ConversationHost::list_view(std::uint64_t count, const Messages& messages,
                                     const Caller& caller) {
  ListView list;
  list.count = count;
  list.size = static_cast<std::uint32_t>(messages.size());
  std::size_t bytes = 0;
  for (CachedMessage* cached : messages) bytes += begun(*cached).size() + 40;
  list.items.reserve(bytes);
  const ConversationState::ReadFlags flags = state_->read_flags_for(caller.user);
  for (CachedMessage* cached : messages) {
    if (!list.items.empty()) list.items += ',';
    finish_message(list.items, begun(*cached), flags.is_read(cached->message.seq));
  }
  return list;
}

std::string ConversationHost::list_etag(const Caller& caller, const Window& window,
                                        int variant) const {
  return fmt::format("{:x}.{:x}.{:x}.{:x}.{:x}.{}{}", activity_->version.load(),
                     context_->people.version(), caller.user.value, window.offset, window.limit,
                     variant, window.older_than ? to_string(window.older_than->value) : "");
}

// People do not change often: the text is kept for the conversation as it is, but not for one as it
// is about to be.
std::string ConversationHost::participants_json(const ConversationState& state) {
  std::uint64_t version = context_->people.version();
  bool is_current = state_ && state.participants() == state_->participants();
  if (is_current && participants_version_ == version) return participants_json_;
  std::string json;
  for (UserId user : *state.participants()) append_item(json, person(user));
  if (is_current) {
    participants_json_ = json;
    participants_version_ = version;
  }
  return json;
}

std::string ConversationHost::render_conversation(const ConversationState& state, UserId viewer,
                                                  CachedMessage* last, const Messages* messages) {
  ConversationParts parts;
  parts.conversation = &state.header();
  std::string owner = state.header().owner ? person(state.header().owner) : std::string(kNobody);
  parts.owner = owner;
  std::string participants = participants_json(state);
  parts.participants = participants;
  std::string last_json = last != nullptr ? render(state, *last, viewer) : std::string(kNobody);
  parts.last_message = last_json;
  parts.unread_count = state.unread_count(viewer);
  std::string items;
  if (messages != nullptr) {
    items = list_view(0, *messages, {viewer, Role::guest}).items;
    parts.messages = items;
    parts.message_count = state.message_count();
  }
  return conversation_json(parts);
}

void ConversationHost::show_conversation(UserId viewer, bool with_messages_too,
                                         const Answer<ResourceView>& answer) {
  constexpr std::size_t kNewest = 20;
  std::vector<Seq> seqs = state_->live().newest(0, with_messages_too ? kNewest : 1);
  with_messages(
      seqs, refusing(answer), [this, viewer, with_messages_too, answer](const Messages& messages) {
        CachedMessage* last = messages.empty() ? nullptr : messages.front();
        std::string json =
            render_conversation(*state_, viewer, last, with_messages_too ? &messages : nullptr);
        std::string etag = etag_of(json);
        answer.deliver(ResourceView{std::move(json), std::move(etag), 200, false});
      });
}

}  // namespace confab::actors
