#include <algorithm>

#include "http/api/handlers.hpp"
#include "http/api/resolve.hpp"
#include "http/pagination/list.hpp"

namespace confab::http::api {

using actors::ConversationId;
using actors::ResourceView;
using actors::UserId;
using storage::ErrorCode;

namespace {

constexpr std::string_view kParticipants = "participant_ids";

std::string too_many(std::size_t limit) {
  return "A conversation may have at most " + std::to_string(limit) + " participants.";
}

/// Each person may be named in two ways, so this many names may still be few enough people.
bool surely_too_many(const std::vector<NamedUser>& named, std::size_t limit) {
  return named.size() > 2 * limit;
}

void create_with(const ExchangePtr& exchange, std::string title, std::vector<UserId> users) {
  const UserId self = exchange->caller().user;
  std::erase(users, self);
  if (users.empty()) return exchange->fail(storage::fail(ErrorCode::too_few_participants));
  const std::size_t limit = exchange->settings().max_participants;
  if (users.size() + 1 > limit) {
    return exchange->fail(field_problem(kParticipants, too_many(limit)));
  }
  exchange->node().ask(
      self, actors::CreateConversation{std::move(title), std::move(users), exchange->call().retry},
      then(exchange, [exchange](ResourceView view) { exchange->show(std::move(view)); }));
}

void change_with(const ExchangePtr& exchange, const std::optional<std::string>& title,
                 const std::optional<std::vector<UserId>>& users) {
  with_conversation(exchange, [exchange, title, users](ConversationId id) {
    exchange->node().ask(
        id, actors::ChangeConversation{exchange->caller(), title, users},
        then(exchange, [exchange](ResourceView view) { exchange->show(std::move(view)); }));
  });
}

/// Adding and removing a participant differ in the question alone.
template <class Question>
void ask_about_participant(const ExchangePtr& exchange) {
  FieldReader fields(*exchange->call().route, exchange->call().body);
  auto named = fields.user("user_id");
  if (fields.failed()) return exchange->fail(fields.problem());
  const std::string text = named->text;
  with_named_user(exchange, "user_id", std::move(named), [exchange, text](auto user) {
    with_conversation(exchange, [exchange, text, user](ConversationId id) {
      auto answer = [exchange, text](storage::Result<ResourceView> result) {
        exchange->guard([&] {
          if (result.has_value()) return exchange->show(std::move(result).assume_value());
          if (result.assume_error().code == ErrorCode::unknown_user) {
            return exchange->fail(field_problem("user_id", missing_key_message(text)));
          }
          exchange->fail(result.assume_error());
        });
      };
      exchange->node().ask(id, Question{exchange->caller(), *user, exchange->call().retry}, answer);
    });
  });
}

}  // namespace

void list_conversations(const ExchangePtr& exchange) {
  const auto all = read_flag(exchange->call().query, "all");
  if (const auto* problem = std::get_if<Problem>(&all)) return exchange->fail(*problem);
  const bool everything =
      std::get<std::optional<bool>>(all).value_or(false) && exchange->caller().is_admin();
  answer_list(exchange, Walk::pages, [exchange, everything](actors::Window window, auto callback) {
    const actors::Caller& caller = exchange->caller();
    if (everything) {
      exchange->node().list(actors::ListAllConversations{caller, window}, std::move(callback));
    } else {
      exchange->node().ask(caller.user, actors::ListConversations{caller.role, window},
                           std::move(callback));
    }
  });
}

void create_conversation(const ExchangePtr& exchange) {
  FieldReader fields(*exchange->call().route, exchange->call().body);
  auto named = fields.users(kParticipants);
  auto title = fields.text("title");
  const std::size_t limit = exchange->settings().max_participants;
  if (named && surely_too_many(*named, limit)) fields.refuse(kParticipants, too_many(limit));
  if (fields.failed()) return exchange->fail(fields.problem());
  with_named_users(exchange, kParticipants, std::move(*named),
                   [exchange, title = title.value_or("")](std::vector<UserId> users) {
                     create_with(exchange, title, std::move(users));
                   });
}

void show_conversation(const ExchangePtr& exchange) {
  with_conversation(exchange, [exchange](ConversationId id) {
    exchange->node().ask(
        id, actors::ShowConversation{exchange->caller()},
        then(exchange, [exchange](ResourceView view) { exchange->show(std::move(view)); }));
  });
}

void change_conversation(const ExchangePtr& exchange) {
  FieldReader fields(*exchange->call().route, exchange->call().body);
  auto named = fields.users(kParticipants);
  auto title = fields.text("title");
  const std::size_t limit = exchange->settings().max_participants;
  if (named && surely_too_many(*named, limit)) fields.refuse(kParticipants, too_many(limit));
  if (fields.failed()) return exchange->fail(fields.problem());
  if (!named) return change_with(exchange, title, std::nullopt);
  with_named_users(
      exchange, kParticipants, std::move(*named),
      [exchange, title](const std::vector<UserId>& users) { change_with(exchange, title, users); });
}

void delete_conversation(const ExchangePtr& exchange) {
  with_conversation(exchange, [exchange](ConversationId id) {
    exchange->node().ask(id, actors::RemoveConversation{exchange->caller()},
                         then(exchange, [exchange](actors::Done) { exchange->done(); }));
  });
}

void add_participant(const ExchangePtr& exchange) {
  ask_about_participant<actors::AddParticipant>(exchange);
}

void remove_participant(const ExchangePtr& exchange) {
  ask_about_participant<actors::RemoveParticipant>(exchange);
}

}  // namespace confab::http::api
