#include "http/api/resolve.hpp"

#include <algorithm>

#include "actors/representation/json_text.hpp"
#include "http/server/grammar.hpp"

namespace confab::http::api {

using actors::ConversationId;
using actors::UserId;
using storage::ErrorCode;

void with_conversation(const ExchangePtr& exchange, std::function<void(ConversationId)> next) {
  const auto ref = parse_conversation_ref(exchange->argument(0));
  if (!ref) return exchange->fail(storage::fail(ErrorCode::not_found));
  exchange->node().resolve(*ref, then(exchange, std::move(next)));
}

void with_user(const ExchangePtr& exchange, std::function<void(UserId)> next) {
  const auto ref = parse_user_ref(exchange->argument(0));
  if (!ref) return exchange->fail(storage::fail(ErrorCode::not_found));
  exchange->node().resolve(*ref, then(exchange, std::move(next)));
}

void with_message(const ExchangePtr& exchange, std::size_t argument,
                  std::function<void(storage::MessagePlace)> next) {
  const auto uuid = storage::parse_uuid(exchange->argument(argument));
  if (!uuid || !*uuid) return exchange->fail(storage::fail(ErrorCode::not_found));
  exchange->node().resolve(storage::MessageId{*uuid}, then(exchange, std::move(next)));
}

void with_named_user(const ExchangePtr& exchange, std::string_view field,
                     std::optional<NamedUser> named,
                     std::function<void(std::optional<UserId>)> next) {
  if (!named) return next(std::nullopt);
  exchange->node().resolve(
      named->ref, [exchange, field, text = named->text, next](storage::Result<UserId> result) {
        exchange->guard([&] {
          if (result.has_value()) return next(result.assume_value());
          if (result.assume_error().code == ErrorCode::not_found) {
            return exchange->fail(field_problem(field, missing_key_message(text)));
          }
          exchange->fail(result.assume_error());
        });
      });
}

void with_named_users(const ExchangePtr& exchange, std::string_view field,
                      std::vector<NamedUser> named, std::function<void(std::vector<UserId>)> next) {
  std::vector<actors::UserRef> refs;
  refs.reserve(named.size());
  for (const NamedUser& user : named) refs.push_back(user.ref);
  exchange->node().resolve(
      refs, then(exchange, [exchange, field, named = std::move(named), next = std::move(next)](
                               const std::vector<std::optional<UserId>>& found) {
        std::vector<UserId> users;
        for (std::size_t i = 0; i < found.size(); ++i) {
          if (!found[i]) {
            return exchange->fail(field_problem(field, missing_key_message(named[i].text)));
          }
          if (std::find(users.begin(), users.end(), *found[i]) == users.end()) {
            users.push_back(*found[i]);
          }
        }
        next(std::move(users));
      }));
}

std::variant<std::optional<bool>, Problem> read_flag(const Query& query, std::string_view name) {
  const auto text = query.get(name);
  if (!text || text->empty()) return std::optional<bool>();
  if (*text == "1" || equals_lower(*text, "true")) return std::optional(true);
  if (*text == "0" || equals_lower(*text, "false")) return std::optional(false);
  return field_problem(name, "Must be a valid boolean.");
}

bool is_oldest_first(const Query& query) {
  const auto ordering = query.get("ordering");
  return ordering == "timestamp" || ordering == "sent_at";
}

void answer_marked(const ExchangePtr& exchange, std::string_view things, std::uint64_t count) {
  std::string status = "Marked " + std::to_string(count);
  status.append(" ").append(things).append("(s) as read");
  std::string json;
  actors::JsonObject(json)
      .field("status", std::string_view(status))
      .field("updated", static_cast<std::int64_t>(count))
      .end();
  exchange->send_json(200, std::move(json));
}

}  // namespace confab::http::api
