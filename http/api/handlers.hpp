#pragma once

#include "http/exchange.hpp"

/// One function per route, named as the route table uses it. See RouteHandler.
namespace confab::http::api {

// root.cpp
void show_root(ExchangePtr exchange);
void show_schema(ExchangePtr exchange);

// operation.cpp
void show_liveness(ExchangePtr exchange);
void show_readiness(ExchangePtr exchange);
void show_metrics(ExchangePtr exchange);

// tokens.cpp
void obtain_tokens(ExchangePtr exchange);
void refresh_tokens(ExchangePtr exchange);
void verify_token(ExchangePtr exchange);
void blacklist_token(ExchangePtr exchange);

// sessions.cpp
void show_login(ExchangePtr exchange);
void log_in(ExchangePtr exchange);
void log_out(ExchangePtr exchange);

// users.cpp
void list_users(ExchangePtr exchange);
void show_user(ExchangePtr exchange);
void show_me(ExchangePtr exchange);

// accounts.cpp
void register_user(ExchangePtr exchange);
void change_user(ExchangePtr exchange);
void change_me(ExchangePtr exchange);
void change_password(ExchangePtr exchange);
void delete_user(ExchangePtr exchange);
void delete_me(ExchangePtr exchange);

// conversations.cpp
void list_conversations(ExchangePtr exchange);
void create_conversation(ExchangePtr exchange);
void show_conversation(ExchangePtr exchange);
void change_conversation(ExchangePtr exchange);
void delete_conversation(ExchangePtr exchange);
void add_participant(ExchangePtr exchange);
void remove_participant(ExchangePtr exchange);

// messages.cpp
void list_conversation_messages(ExchangePtr exchange);
void show_message(ExchangePtr exchange);
void change_message(ExchangePtr exchange);
void delete_message(ExchangePtr exchange);
void show_thread(ExchangePtr exchange);
void show_history(ExchangePtr exchange);

// posting.cpp
void send_in_conversation(ExchangePtr exchange);
void send_message(ExchangePtr exchange);

// search.cpp
void list_messages(ExchangePtr exchange);

// unread.cpp
void list_unread(ExchangePtr exchange);
void mark_messages_read(ExchangePtr exchange);
void mark_message_read(ExchangePtr exchange);
void mark_conversation_read(ExchangePtr exchange);

// notifications.cpp
void list_notifications(ExchangePtr exchange);
void show_notification(ExchangePtr exchange);
void change_notification(ExchangePtr exchange);
void mark_notifications_read(ExchangePtr exchange);

}  // namespace confab::http::api
