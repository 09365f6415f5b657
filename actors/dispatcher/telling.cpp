#include <algorithm>
#include <utility>

#include "actors/dispatcher/dispatcher_host.hpp"
#include "actors/mailbox.hpp"
#include "actors/representation/events.hpp"
#include "config/log.hpp"
#include "config/metrics.hpp"

// Asks the conversations what there is to tell.

namespace confab::actors {

using storage::EventKind;

namespace {

constexpr std::chrono::seconds kPatience{5};
constexpr int kAttempts = 5;
constexpr std::chrono::milliseconds kPauseBetweenAttempts{100};

metrics::Counter skipped(const std::string& reason) {
  return metrics::counter("confab_events_skipped_total", "Events of the log that were not told.",
                          {{"reason", reason}});
}

void count_damaged(std::uint32_t count, ConversationId conversation) {
  if (count == 0) return;
  static const metrics::Counter damaged = skipped("damaged");
  damaged.add(count);
  log::warning("damaged_events_skipped", {{"conversation", conversation.value}, {"count", count}});
}

void count_lost(std::size_t count, ConversationId conversation, std::string_view reason) {
  static const metrics::Counter lost = skipped("no_answer");
  lost.add(static_cast<double>(count));
  log::warning("events_skipped",
               {{"conversation", conversation.value}, {"count", count}, {"reason", reason}});
}

}  // namespace

/// What can be said though the conversation is gone.
bool DispatcherHost::tell_without_asking(ToldEvent& event) const {
  const storage::Event& row = event.event;
  event.conversation = row.conversation_uuid;
  if (row.kind == EventKind::conversation_deleted) {
    event.parts = {{0, EventType::conversation_deleted,
                    deleted_conversation_json(row.conversation, row.conversation_uuid),
                    event.viewers}};
    return true;
  }
  if (row.kind != EventKind::participant_removed) return false;
  const bool listens =
      std::find(event.viewers.begin(), event.viewers.end(), row.subject) != event.viewers.end();
  const PersonRef person = context_->people.find(row.subject);
  if (!listens || !person) return false;
  event.parts = {
      {0, EventType::participant_removed, own_removal_json(person->get()->json), {row.subject}}};
  return true;
}

/// Fills in the parts of what is to be told and goes on.
void DispatcherHost::render(ToldPtr told, std::function<void()> then) {
  const std::uint64_t number = ++last_rendering_;
  Rendering rendering;
  for (std::size_t i = 0; i < told->size(); ++i) {
    ToldEvent& event = (*told)[i];
    if (event.viewers.empty()) continue;
    if (event.event.kind == EventKind::conversation_deleted) {
      tell_without_asking(event);
    } else {
      rendering.asked[event.event.conversation].push_back(i);
    }
  }
  if (rendering.asked.empty()) return then();
  rendering.told = std::move(told);
  rendering.deadline = Clock::now() + kPatience;
  rendering.then = std::move(then);
  std::vector<ConversationId> conversations;
  for (const auto& [conversation, rows] : rendering.asked) conversations.push_back(conversation);
  renderings_.emplace(number, std::move(rendering));
  for (const ConversationId conversation : conversations) ask(number, conversation);
}

void DispatcherHost::ask(std::uint64_t number, ConversationId conversation) {
  const auto found = renderings_.find(number);
  if (found == renderings_.end()) return;
  RenderEvents request;
  for (const std::size_t i : found->second.asked.at(conversation)) {
    const ToldEvent& event = (*found->second.told)[i];
    request.events.push_back({event.event, event.viewers});
  }
  auto answer =
      resumed<RenderedEvents>([this, number, conversation](Result<RenderedEvents> result) {
        rendered(number, conversation, std::move(result));
      });
  context_->conversations.ask(conversation, std::move(request),
                              Answer<RenderedEvents>(std::move(answer)));
}

void DispatcherHost::rendered(std::uint64_t number, ConversationId conversation,
                              Result<RenderedEvents> result) {
  const auto found = renderings_.find(number);
  if (found == renderings_.end()) return;
  Rendering& rendering = found->second;
  const std::vector<std::size_t>& rows = rendering.asked.at(conversation);
  if (result.has_value() && result.value().events.size() == rows.size()) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      ToldEvent& event = (*rendering.told)[rows[i]];
      event.conversation = result.value().conversation;
      event.parts = std::move(result.value().events[i]);
    }
    count_damaged(result.value().damaged, conversation);
    return answered(number, conversation);
  }
  const ErrorCode error = result.has_error() ? result.error().code : ErrorCode::internal;
  if (ask_again(number, rendering, conversation, error)) return;
  for (const std::size_t i : rows) {
    ToldEvent& event = (*rendering.told)[i];
    // Of a conversation that is gone there is nothing else to tell.
    event.is_lost = !tell_without_asking(event) && error != ErrorCode::not_found;
  }
  if (error != ErrorCode::not_found) {
    count_lost(rows.size(), conversation, storage::to_string(error));
  }
  answered(number, conversation);
}

bool DispatcherHost::ask_again(std::uint64_t number, Rendering& rendering,
                               ConversationId conversation, ErrorCode error) {
  const bool may_pass = error == ErrorCode::overloaded || error == ErrorCode::timed_out ||
                        error == ErrorCode::storage_unavailable;
  if (!may_pass || ++rendering.attempts[conversation] >= kAttempts) return false;
  later_(kPauseBetweenAttempts, [this, number, conversation] { ask(number, conversation); });
  return true;
}

void DispatcherHost::answered(std::uint64_t number, ConversationId conversation) {
  Rendering& rendering = renderings_.at(number);
  rendering.asked.erase(conversation);
  if (!rendering.asked.empty()) return;
  const auto then = std::move(rendering.then);
  renderings_.erase(number);
  then();
}

/// A conversation that does not answer must not hold up all others.
void DispatcherHost::give_up_late_renderings() {
  std::vector<std::pair<std::uint64_t, ConversationId>> late;
  for (auto& [number, rendering] : renderings_) {
    if (Clock::now() < rendering.deadline) continue;
    for (const auto& [conversation, rows] : rendering.asked) {
      for (const std::size_t i : rows) (*rendering.told)[i].is_lost = true;
      count_lost(rows.size(), conversation, "late");
      late.emplace_back(number, conversation);
    }
  }
  for (const auto& [number, conversation] : late) answered(number, conversation);
}

Frame DispatcherHost::reset_frame(const EventCursor& cursor) {
  const std::string id = to_string(cursor);
  return std::make_shared<const std::string>(
      event_frame({id, EventType::reset, storage::now(), {}}, "{}"));
}

std::string DispatcherHost::frame_of(const ToldEvent& event, const RenderedEvent& part) const {
  const std::string id = to_string(EventCursor{generation_, event.event.place, part.part});
  return event_frame({id, part.type, event.event.at, event.conversation}, part.data);
}

}  // namespace confab::actors
