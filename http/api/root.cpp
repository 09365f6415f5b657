#include <array>

#include "actors/representation/json_text.hpp"
#include "http/api/handlers.hpp"
#include "http/conditional.hpp"

namespace confab::http::api {

void show_root(const ExchangePtr& exchange) {
  struct Entry {
    std::string_view name;
    std::string_view path;
  };
  static constexpr std::array kEntries = {
      Entry{"users", "/api/users/"},
      Entry{"conversations", "/api/conversations/"},
      Entry{"messages", "/api/messages/"},
      Entry{"unread", "/api/messages/unread/"},
      Entry{"notifications", "/api/notifications/"},
      Entry{"token", "/api/token/"},
      Entry{"login", "/api-auth/login/"},
      Entry{"schema", "/api/schema/"},
  };
  const std::string base = exchange->call().origin.base_url();
  std::string json;
  actors::JsonObject root(json);
  for (const Entry& entry : kEntries) {
    const std::string url = base + std::string(entry.path);
    root.field(entry.name, std::string_view(url));
  }
  root.end();
  exchange->send_json(200, std::move(json));
}

void show_schema(const ExchangePtr& exchange) {
  const std::string& document = exchange->services().openapi;
  // Begins with a letter, as the digest alone might not.
  exchange->show({.json = document, .etag = "schema" + variant_suffix(document)});
}

}  // namespace confab::http::api
