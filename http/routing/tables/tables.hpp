#pragma once

#include "config/settings.hpp"
#include "http/routing/route.hpp"

/// The parts of the route table, and what several of them take.
namespace confab::http {

std::vector<Route> operation_routes();
std::vector<Route> login_routes();
std::vector<Route> user_routes();
std::vector<Route> conversation_routes(const config::Settings& settings);
std::vector<Route> message_routes(const config::Settings& settings);
std::vector<Route> notification_routes();
std::vector<Route> event_routes();
std::vector<Route> admin_routes();
std::vector<Route> page_routes(const config::Settings& settings);

inline constexpr std::size_t kMaxUsername = 150;
inline constexpr std::size_t kMaxEmail = 254;

Field text_field(std::string_view name, std::size_t max_length, bool required);
Field password_field(std::string_view name);
Field conversation_field(std::string_view name, std::string_view alias);

/// A message's text; `max_length` in characters.
Field content_field(std::size_t max_length, bool required);

/// What may be changed of an account; `whole`: as PUT needs it.
std::vector<Field> account_fields(bool whole);

/// What a post says, wherever it goes.
std::vector<Field> post_fields(std::size_t max_length);

/// The given parameters and those of a list by pages; walked(): or by cursor.
std::vector<Parameter> paged(std::vector<Parameter> more = {});
std::vector<Parameter> walked(std::vector<Parameter> more = {});

}  // namespace confab::http
