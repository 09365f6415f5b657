#pragma once

#include "http/exchange.hpp"

/// One function per route, named as the route table uses it. See RouteHandler.
namespace confab::http::api {

// root.cpp
void show_root(const ExchangePtr& exchange);
void show_schema(const ExchangePtr& exchange);

// operation.cpp
void show_liveness(const ExchangePtr& exchange);
void show_readiness(const ExchangePtr& exchange);
void show_metrics(const ExchangePtr& exchange);

// tokens.cpp
void obtain_tokens(const ExchangePtr& exchange);
void refresh_tokens(const ExchangePtr& exchange);
void verify_token(const ExchangePtr& exchange);
void blacklist_token(const ExchangePtr& exchange);

// sessions.cpp
void show_login(const ExchangePtr& exchange);
void log_in(const ExchangePtr& exchange);
void log_out(const ExchangePtr& exchange);

// users.cpp
void list_users(const ExchangePtr& exchange);
void show_user(const ExchangePtr& exchange);
void show_me(const ExchangePtr& exchange);

// accounts.cpp
void register_user(const ExchangePtr& exchange);
void change_user(const ExchangePtr& exchange);
void change_me(const ExchangePtr& exchange);
void change_password(const ExchangePtr& exchange);
void delete_user(const ExchangePtr& exchange);
void delete_me(const ExchangePtr& exchange);
void set_password(const ExchangePtr& exchange);
void create_first_admin(const ExchangePtr& exchange);

// conversations.cpp
void list_conversations(const ExchangePtr& exchange);
void create_conversation(const ExchangePtr& exchange);
void show_conversation(const ExchangePtr& exchange);
void change_conversation(const ExchangePtr& exchange);
void delete_conversation(const ExchangePtr& exchange);
void add_participant(const ExchangePtr& exchange);
void remove_participant(const ExchangePtr& exchange);

// messages.cpp
void list_conversation_messages(const ExchangePtr& exchange);
void show_message(const ExchangePtr& exchange);
void inspect_message(const ExchangePtr& exchange);
void change_message(const ExchangePtr& exchange);
void delete_message(const ExchangePtr& exchange);
void show_thread(const ExchangePtr& exchange);
void show_history(const ExchangePtr& exchange);

// posting.cpp
void send_in_conversation(const ExchangePtr& exchange);
void send_message(const ExchangePtr& exchange);

// search.cpp
void list_messages(const ExchangePtr& exchange);

// unread.cpp
void list_unread(const ExchangePtr& exchange);
void mark_messages_read(const ExchangePtr& exchange);
void mark_message_read(const ExchangePtr& exchange);
void mark_conversation_read(const ExchangePtr& exchange);

// notifications.cpp
void list_notifications(const ExchangePtr& exchange);
void show_notification(const ExchangePtr& exchange);
void change_notification(const ExchangePtr& exchange);
void mark_notifications_read(const ExchangePtr& exchange);

// events.cpp
void list_events(const ExchangePtr& exchange);
void signal_typing(const ExchangePtr& exchange);

// admin.cpp
void show_admin_root(const ExchangePtr& exchange);
void show_statistics(const ExchangePtr& exchange);
void show_cluster(const ExchangePtr& exchange);
void show_removal(const ExchangePtr& exchange);

// admin_lists.cpp
void list_all_conversations(const ExchangePtr& exchange);
void list_notifications_of(const ExchangePtr& exchange);
void list_audit(const ExchangePtr& exchange);

}  // namespace confab::http::api
