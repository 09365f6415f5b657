#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "actors/node.hpp"
#include "http/json/body.hpp"
#include "http/problem.hpp"
#include "http/routing/route.hpp"

namespace confab::http {

/// A user or conversation as a client named it.
template <class Ref>
struct Named {
  Ref ref;
  std::string text;  ///< as it was written, for messages
};
using NamedUser = Named<actors::UserRef>;
using NamedConversation = Named<actors::ConversationRef>;

/// Reads a path or query argument as either id; empty optional: cannot name anything.
std::optional<actors::UserRef> parse_user_ref(std::string_view text);
std::optional<actors::ConversationRef> parse_conversation_ref(std::string_view text);

/// Takes the fields that a route declares out of a body, by either name, and collects what DRF
/// would say of each. Values come only from the declared fields: others are ignored. An absent
/// field that is not required gives an empty optional, and so does one that is wrong. Not
/// thread-safe.
class FieldReader {
 public:
  FieldReader(const Route& route, const Body& body);

  std::optional<std::string> text(std::string_view name);
  std::optional<bool> boolean(std::string_view name);
  std::optional<NamedUser> user(std::string_view name);
  std::optional<std::vector<NamedUser>> users(std::string_view name);
  std::optional<NamedConversation> conversation(std::string_view name);
  std::optional<actors::MessageId> message(std::string_view name);
  std::optional<std::vector<actors::MessageId>> messages(std::string_view name);

  /// Adds a message of the caller's.
  void refuse(std::string_view name, std::string_view message);
  /// The same, shown before the messages of other fields.
  void refuse_first(std::string_view name, std::string_view message);
  bool refused(std::string_view name) const { return errors_.contains(name); }

  bool failed() const { return !errors_.empty(); }
  Problem problem() const;

 private:
  struct Found {
    const Field* field = nullptr;
    std::string_view name;        ///< the one that the client used
    const Json* value = nullptr;  ///< null: absent
  };

  Found find(std::string_view name);
  void check_length(const Found& found, std::string_view text);
  std::optional<NamedUser> user_of(std::string_view name, const Json& value);
  /// The list's elements; a form's single value is a list of one. Null after an error.
  std::optional<std::vector<const Json*>> elements_of(const Found& found);

  const Route* route_;
  const Body* body_;
  nlohmann::ordered_json errors_ = nlohmann::ordered_json::object();
};

}  // namespace confab::http
