#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "http/exchange.hpp"
#include "http/json/fields.hpp"

/// Steps that several handlers begin with. Each answers by itself when it cannot go on.
namespace confab::http::api {

/// The conversation, user or message that the path's argument names, else 404.
void with_conversation(const ExchangePtr& exchange,
                       std::function<void(actors::ConversationId)> next);
void with_user(const ExchangePtr& exchange, std::function<void(actors::UserId)> next);
void with_message(const ExchangePtr& exchange, std::size_t argument,
                  std::function<void(storage::MessagePlace)> next);

/// The user that a field names; none stays none. Unknown: 400 under that field.
void with_named_user(const ExchangePtr& exchange, std::string_view field,
                     std::optional<NamedUser> named,
                     std::function<void(std::optional<actors::UserId>)> next);

/// As above for several, each once, in the order first named.
void with_named_users(const ExchangePtr& exchange, std::string_view field,
                      std::vector<NamedUser> named,
                      std::function<void(std::vector<actors::UserId>)> next);

/// true, false, 1, 0 …; a problem for anything else; empty if the parameter is absent.
std::variant<std::optional<bool>, Problem> read_flag(const Query& query, std::string_view name);

/// ?ordering= on messages: by time, forwards or backwards; anything else is ignored, as DRF does.
bool is_oldest_first(const Query& query);

/// {"status":"Marked 2 message(s) as read","updated":2}.
void answer_marked(const ExchangePtr& exchange, std::string_view things, std::uint64_t count);

}  // namespace confab::http::api
