#include "http/api/handlers.hpp"
#include "http/routing/tables/tables.hpp"

namespace confab::http {
namespace {

constexpr std::size_t kMaxTitle = 255;

std::vector<Field> conversation_fields(bool whole) {
  return {{.name = "participant_ids",
           .alias = "participants",
           .type = FieldType::users,
           .required = whole},
          {.name = "title", .may_be_blank = true, .may_be_null = true, .max_length = kMaxTitle}};
}

Field user_id() { return {.name = "user_id", .type = FieldType::user, .required = true}; }

}  // namespace

std::vector<Route> conversation_routes(const config::Settings& settings) {
  return {
      {.method = Method::get,
       .pattern = "/api/conversations/",
       .handler = api::list_conversations,
       .name = "list_conversations",
       .summary = "The caller's conversations, newest activity first.",
       .parameters = paged({{"all", "boolean", "Everybody's, for admins."}}),
       .shape = Shape::list,
       .schema = "Conversation"},
      {.method = Method::post,
       .pattern = "/api/conversations/",
       .handler = api::create_conversation,
       .name = "create_conversation",
       .summary = "Starts a conversation; the caller is in it and owns it.",
       .fields = conversation_fields(true),
       .status = 201,
       .schema = "Conversation",
       .retry = Retry::with_effect},
      {.method = Method::get,
       .pattern = "/api/conversations/{conversation}/",
       .handler = api::show_conversation,
       .name = "show_conversation",
       .summary = "A conversation with its newest messages.",
       .schema = "ConversationDetail"},
      {.method = Method::put,
       .pattern = "/api/conversations/{conversation}/",
       .handler = api::change_conversation,
       .name = "replace_conversation",
       .summary = "Sets the title and who takes part.",
       .fields = conversation_fields(true),
       .schema = "Conversation"},
      {.method = Method::patch,
       .pattern = "/api/conversations/{conversation}/",
       .handler = api::change_conversation,
       .name = "change_conversation",
       .summary = "Sets the title, or who takes part.",
       .fields = conversation_fields(false),
       .schema = "Conversation"},
      {.method = Method::del,
       .pattern = "/api/conversations/{conversation}/",
       .handler = api::delete_conversation,
       .name = "delete_conversation",
       .summary = "Deletes a conversation with everything in it (its owner, or an admin).",
       .status = 204,
       .shape = Shape::none},
      {.method = Method::post,
       .pattern = "/api/conversations/{conversation}/add_participant/",
       .handler = api::add_participant,
       .name = "add_participant",
       .summary = "Lets another user take part.",
       .fields = {user_id()},
       .schema = "Conversation",
       .retry = Retry::with_effect},
      {.method = Method::post,
       .pattern = "/api/conversations/{conversation}/remove_participant/",
       .handler = api::remove_participant,
       .name = "remove_participant",
       .summary = "Takes a user out: oneself, or the owner or an admin any.",
       .fields = {user_id()},
       .schema = "Conversation",
       .retry = Retry::with_effect},
      {.method = Method::get,
       .pattern = "/api/conversations/{conversation}/messages/",
       .handler = api::list_conversation_messages,
       .name = "list_conversation_messages",
       .summary = "A conversation's top-level messages, newest first.",
       .parameters = walked({{"all", "boolean", "Replies too."},
                             {"ordering", "string", "timestamp or -timestamp."}}),
       .shape = Shape::list,
       .schema = "Message"},
      {.method = Method::post,
       .pattern = "/api/conversations/{conversation}/messages/",
       .handler = api::send_in_conversation,
       .name = "send_in_conversation",
       .summary = "Sends a message or a reply.",
       .fields = post_fields(settings.max_message_length),
       .status = 201,
       .schema = "Message",
       .retry = Retry::with_effect},
      {.method = Method::get,
       .pattern = "/api/conversations/{conversation}/messages/{message}/thread/",
       .handler = api::show_thread,
       .name = "show_thread",
       .summary = "A message and all below it, depth first, older first; what is shown is read.",
       .parameters = paged(),
       .shape = Shape::list,
       .schema = "Message"},
  };
}

}  // namespace confab::http
