#include <algorithm>

#include <nlohmann/json.hpp>

#include "http/api/account_fields.hpp"
#include "http/api/handlers.hpp"
#include "http/api/resolve.hpp"
#include "http/server/grammar.hpp"

namespace confab::http::api {

using actors::ListView;
using actors::ResourceView;
using actors::UserId;

namespace {

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return to_lower(x) == to_lower(y); });
}

/// Whether one of these users (JSON joined by commas) bears the name.
bool is_among(std::string_view items, std::string_view username) {
  const std::string list = "[" + std::string(items) + "]";
  const Json users = Json::parse(list, nullptr, false);
  for (const Json& user : users) {
    const auto name = user.find("username");
    if (name != user.end() && name->is_string() &&
        equals_ignoring_case(name->get_ref<const std::string&>(), username)) {
      return true;
    }
  }
  return false;
}

/// A registration that is refused anyway also says whether the name is taken, as DRF does: all
/// mistakes at once.
void refuse_registration(const ExchangePtr& exchange, FieldReader fields,
                         const std::optional<std::string>& username) {
  if (!username || fields.refused("username")) return exchange->fail(fields.problem());
  actors::ListUsers namesakes;
  namesakes.filter.search = *username;
  namesakes.limit = 100;
  exchange->node().list(
      namesakes, then(exchange, [exchange, fields, username](const ListView& found) mutable {
        if (is_among(found.items, *username)) {
          fields.refuse_first("username", "A user with that username already exists.");
        }
        exchange->fail(fields.problem());
      }));
}

void change(const ExchangePtr& exchange, UserId id) {
  FieldReader fields(*exchange->call().route, exchange->call().body);
  const AccountFields account = read_account(fields);
  const auto is_active = fields.boolean("is_active");
  if (fields.failed()) return exchange->fail(fields.problem());
  actors::ChangeUser question;
  question.caller = exchange->caller();
  question.username = account.username;
  question.email = account.email;
  question.first_name = account.first_name;
  question.last_name = account.last_name;
  question.phone_number = account.phone_number;
  question.role = account.role;
  question.is_active = is_active;
  exchange->node().ask(id, std::move(question), then(exchange, [exchange](ResourceView view) {
                         exchange->show(std::move(view));
                       }));
}

void erase(const ExchangePtr& exchange, UserId id) {
  exchange->node().ask(id, actors::DeleteAccount{exchange->caller()},
                       then(exchange, [exchange](actors::Done) { exchange->done(); }));
}

/// A text member of a resource of ours.
std::string member_of(const Json& resource, std::string_view name) {
  const auto member = resource.find(name);
  return member != resource.end() && member->is_string() ? member->get<std::string>() : "";
}

}  // namespace

void register_user(const ExchangePtr& exchange) {
  FieldReader fields(*exchange->call().route, exchange->call().body);
  AccountFields account = read_account(fields);
  auto password = fields.text("password");
  if (password) {
    judge_password(fields, "password", *password, account.username.value_or(""),
                   account.email.value_or(""));
  }
  if (fields.failed()) return refuse_registration(exchange, fields, account.username);
  actors::RegisterUser question;
  question.email = *account.email;
  question.username = account.username.value_or(question.email);
  question.password = std::move(*password);
  question.first_name = account.first_name.value_or("");
  question.last_name = account.last_name.value_or("");
  question.phone_number = account.phone_number.value_or("");
  question.role = account.role.value_or(storage::Role::guest);
  question.retry = exchange->call().retry;
  exchange->node().ask(std::move(question), then(exchange, [exchange](ResourceView view) {
                         exchange->show(std::move(view));
                       }));
}

void change_user(const ExchangePtr& exchange) {
  with_user(exchange, [exchange](UserId id) { change(exchange, id); });
}

void change_me(const ExchangePtr& exchange) { change(exchange, exchange->caller().user); }

void change_password(const ExchangePtr& exchange) {
  exchange->node().ask(
      exchange->caller().user, actors::ShowUser{exchange->caller()},
      then(exchange, [exchange](const ResourceView& self) {
        const Json account = Json::parse(self.json, nullptr, false);
        FieldReader fields(*exchange->call().route, exchange->call().body);
        auto old_password = fields.text("old_password");
        auto new_password = fields.text("new_password");
        if (new_password) {
          judge_password(fields, "new_password", *new_password, member_of(account, "username"),
                         member_of(account, "email"));
        }
        if (fields.failed()) return exchange->fail(fields.problem());
        exchange->node().ask(
            actors::ChangePassword{exchange->caller(), *old_password, *new_password},
            then(exchange, [exchange](actors::Done) { exchange->done(); }));
      }));
}

void set_password(const ExchangePtr& exchange) {
  with_user(exchange, [exchange](UserId id) {
    exchange->node().ask(
        id, actors::ShowUser{exchange->caller()},
        then(exchange, [exchange, id](const ResourceView& view) {
          const Json account = Json::parse(view.json, nullptr, false);
          FieldReader fields(*exchange->call().route, exchange->call().body);
          const auto password = fields.text("new_password");
          if (password) {
            judge_password(fields, "new_password", *password, member_of(account, "username"),
                           member_of(account, "email"));
          }
          if (fields.failed()) return exchange->fail(fields.problem());
          exchange->node().ask(actors::SetPassword{exchange->caller(), id, *password},
                               then(exchange, [exchange](actors::Done) { exchange->done(); }));
        }));
  });
}

void create_first_admin(const ExchangePtr& exchange) {
  FieldReader fields(*exchange->call().route, exchange->call().body);
  const AccountFields account = read_account(fields);
  const auto token = fields.text("token");
  const auto password = fields.text("password");
  if (password) {
    judge_password(fields, "password", *password, account.username.value_or(""),
                   account.email.value_or(""));
  }
  if (fields.failed()) return exchange->fail(fields.problem());
  exchange->node().ask(
      actors::CreateFirstAdmin{*token, *account.username, *account.email, *password,
                               exchange->call().origin.client},
      then(exchange, [exchange](ResourceView view) { exchange->show(std::move(view)); }));
}

void delete_user(const ExchangePtr& exchange) {
  with_user(exchange, [exchange](UserId id) { erase(exchange, id); });
}

void delete_me(const ExchangePtr& exchange) { erase(exchange, exchange->caller().user); }

}  // namespace confab::http::api
