#include "http/problem.hpp"

#include <algorithm>

#include "actors/representation/json_text.hpp"
#include "http/server/grammar.hpp"

namespace confab::http {

using actors::append_json;
using actors::JsonObject;
using storage::Error;
using storage::ErrorCode;

namespace {

constexpr std::string_view kBadToken = "Given token not valid for any token type";

void add_standard_headers(Problem& problem) {
  if (problem.status == 401) {
    problem.headers.emplace_back("WWW-Authenticate", R"(Bearer realm="api")");
  }
  if (problem.status == 503) problem.headers.emplace_back("Retry-After", "1");
}

Problem forbidden(std::string_view detail) {
  return make_problem(403, detail, "permission_denied");
}

Problem running() {
  Problem problem = make_problem(409, "A request with this Idempotency-Key is still running.",
                                 "idempotency_running");
  problem.headers.emplace_back("Retry-After", "1");
  return problem;
}

Problem unavailable(std::string_view code) {
  return make_problem(503, "Service temporarily unavailable, try again later.", code);
}

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

Problem refused_token(std::string_view message) {
  Problem problem;
  problem.status = 401;
  std::string entry = "[";
  JsonObject(entry)
      .field("token_class", std::string_view("AccessToken"))
      .field("token_type", std::string_view("access"))
      .field("message", message)
      .end();
  entry += ']';
  JsonObject(problem.body)
      .field("detail", kBadToken)
      .field("code", std::string_view("token_not_valid"))
      .raw("messages", entry)
      .end();
  add_standard_headers(problem);
  return problem;
}

}  // namespace

Problem make_problem(int status, std::string_view detail, std::string_view code) {
  Problem problem;
  problem.status = status;
  JsonObject(problem.body).field("detail", detail).field("code", code).end();
  add_standard_headers(problem);
  return problem;
}

Problem field_problem(std::string_view field, std::string_view message) {
  Problem problem;
  problem.status = 400;
  std::string messages = "[";
  append_json(messages, message);
  messages += ']';
  JsonObject(problem.body).raw(field, messages).end();
  return problem;
}

Problem throttled(std::string_view seconds) {
  const std::string wait(is_number(seconds) ? seconds : "60");
  Problem problem = make_problem(
      429, "Request was throttled. Expected available in " + wait + " seconds.", "throttled");
  problem.headers.emplace_back("Retry-After", wait);
  return problem;
}

std::string missing_key_message(std::string_view key) {
  return "Invalid pk \"" + std::string(key) + "\" - object does not exist.";
}

Problem problem_of(const Error& error) {
  switch (error.code) {
    case ErrorCode::not_found:
      return make_problem(404, kNotFound, "not_found");
    case ErrorCode::not_participant:
      return forbidden("You are not a participant in this conversation");
    case ErrorCode::not_message_sender:
      return forbidden("You must be the owner of this message to perform this action.");
    case ErrorCode::not_conversation_owner:
      return forbidden("You must be the owner of this conversation to perform this action.");
    case ErrorCode::not_allowed:
      return forbidden("You do not have permission to perform this action.");
    case ErrorCode::username_taken:
      return field_problem("username", "A user with that username already exists.");
    case ErrorCode::email_taken:
      return field_problem("email", "A user with that email already exists.");
    case ErrorCode::unknown_user:
      return field_problem("participant_ids", missing_key_message(error.detail));
    case ErrorCode::parent_not_found:
      return field_problem("parent_message", missing_key_message(error.detail));
    case ErrorCode::parent_elsewhere:
      return field_problem("parent_message", "Parent message must be in the same conversation.");
    case ErrorCode::thread_too_deep:
      return field_problem("parent_message", "The thread is too deep for another reply.");
    case ErrorCode::receiver_not_participant:
      return field_problem("receiver", "The receiver must be another participant.");
    case ErrorCode::too_few_participants:
      return field_problem("participant_ids", "A conversation must have at least 2 participants.");
    case ErrorCode::too_many_participants:
      return field_problem("participant_ids", "A conversation may not have so many participants.");
    case ErrorCode::invalid_page:
      return make_problem(404, "Invalid page.", "not_found");
    case ErrorCode::invalid_cursor:
      return make_problem(400, "Invalid cursor.", "invalid_cursor");
    case ErrorCode::changed_meanwhile:
      return make_problem(412, "The resource has been changed meanwhile.", "precondition_failed");
    case ErrorCode::idempotency_mismatch:
      return make_problem(422, "This Idempotency-Key was used for another request.",
                          "idempotency_mismatch");
    case ErrorCode::idempotency_running:
      return running();
    case ErrorCode::bad_credentials:
      return make_problem(401, "No active account found with the given credentials",
                          "no_active_account");
    case ErrorCode::wrong_password:
      return field_problem("old_password",
                           "Your old password was entered incorrectly. Please enter it again.");
    case ErrorCode::token_invalid:
      return make_problem(401, "Token is invalid or expired", "token_not_valid");
    case ErrorCode::token_blacklisted:
      return make_problem(401, "Token is blacklisted", "token_not_valid");
    case ErrorCode::throttled:
      return throttled(error.detail);
    case ErrorCode::storage_unavailable:
    case ErrorCode::storage_conflict:
      return unavailable("storage_unavailable");
    case ErrorCode::shard_lost:
    case ErrorCode::overloaded:
      return unavailable("overloaded");
    case ErrorCode::timed_out:
      return unavailable("timed_out");
    case ErrorCode::internal:
      break;
  }
  return make_problem(500, "A server error occurred.", "internal_error");
}

Problem authentication_problem(const Error& error) {
  if (error.code == ErrorCode::token_blacklisted) return refused_token("Token is blacklisted");
  if (error.code != ErrorCode::token_invalid) return problem_of(error);
  if (error.detail == "type") return refused_token("Token has wrong type");
  if (error.detail == "user_not_found") {
    return make_problem(401, "User not found", "user_not_found");
  }
  if (error.detail == "user_inactive") {
    return make_problem(401, "User is inactive", "user_inactive");
  }
  return refused_token("Token is invalid or expired");
}

}  // namespace confab::http
