#include "http/problem.hpp"

#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace confab::http {
namespace {

using storage::Error;
using storage::ErrorCode;

std::string header(const Problem& problem, std::string_view name) {
  for (const auto& [key, value] : problem.headers) {
    if (key == name) return value;
  }
  return "";
}

TEST(Problem, IsThereForEveryError) {
  for (int code = 0; code <= static_cast<int>(ErrorCode::internal); ++code) {
    const Problem problem = problem_of(Error{static_cast<ErrorCode>(code), "12"});
    const auto body = nlohmann::json::parse(problem.body);
    EXPECT_GE(problem.status, 400);
    EXPECT_LT(problem.status, 600);
    const bool names_a_field = problem.status == 400 && !body.contains("detail");
    EXPECT_TRUE(names_a_field || (body.contains("detail") && body.contains("code")))
        << problem.body;
    if (problem.status == 401) {
      EXPECT_EQ(header(problem, "WWW-Authenticate"), R"(Bearer realm="api")");
    }
    if (problem.status == 429 || problem.status == 503) {
      EXPECT_NE(header(problem, "Retry-After"), "");
    }
  }
}

TEST(Problem, HasDrfsStatusesAndTexts) {
  struct Case {
    Error error;
    int status;
    std::string_view body;
  };
  const Case cases[] = {
      {{ErrorCode::not_found, ""}, 404, R"({"detail":"Not found.","code":"not_found"})"},
      {{ErrorCode::invalid_page, ""}, 404, R"({"detail":"Invalid page.","code":"not_found"})"},
      {{ErrorCode::not_message_sender, ""},
       403,
       R"({"detail":"You must be the owner of this message to perform this action.",)"
       R"("code":"permission_denied"})"},
      {{ErrorCode::username_taken, ""},
       400,
       R"({"username":["A user with that username already exists."]})"},
      {{ErrorCode::parent_not_found, "x"},
       400,
       R"({"parent_message":["Invalid pk \"x\" - object does not exist."]})"},
      {{ErrorCode::parent_elsewhere, ""},
       400,
       R"({"parent_message":["Parent message must be in the same conversation."]})"},
      {{ErrorCode::bad_credentials, ""},
       401,
       R"({"detail":"No active account found with the given credentials",)"
       R"("code":"no_active_account"})"},
      {{ErrorCode::token_blacklisted, ""},
       401,
       R"({"detail":"Token is blacklisted","code":"token_not_valid"})"},
      {{ErrorCode::throttled, "17"},
       429,
       R"({"detail":"Request was throttled. Expected available in 17 seconds.",)"
       R"("code":"throttled"})"},
  };
  for (const Case& c : cases) {
    const Problem problem = problem_of(c.error);
    EXPECT_EQ(problem.status, c.status);
    EXPECT_EQ(problem.body, c.body);
  }
}

TEST(Problem, TellsNothingOfTheMachine) {
  for (const ErrorCode code : {ErrorCode::storage_unavailable, ErrorCode::storage_conflict,
                               ErrorCode::overloaded, ErrorCode::timed_out, ErrorCode::internal,
                               ErrorCode::throttled, ErrorCode::token_invalid}) {
    const Problem problem = problem_of(Error{code, "SELECT * FROM users; /var/lib/secret"});
    EXPECT_EQ(problem.body.find("SELECT"), std::string::npos);
    for (const auto& entry : problem.headers) {
      EXPECT_EQ(entry.second.find("SELECT"), std::string::npos);
    }
  }
}

TEST(AuthenticationProblem, SaysWhatIsWrongWithAToken) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"", "Token is invalid or expired"},
      {"expired", "Token is invalid or expired"},
      {"type", "Token has wrong type"}};
  for (const auto& [detail, message] : cases) {
    const Problem problem =
        authentication_problem(Error{ErrorCode::token_invalid, std::string(detail)});
    EXPECT_EQ(problem.status, 401);
    EXPECT_EQ(problem.body,
              R"({"detail":"Given token not valid for any token type","code":"token_not_valid",)"
              R"("messages":[{"token_class":"AccessToken","token_type":"access","message":")" +
                  std::string(message) + "\"}]}");
  }
  EXPECT_EQ(authentication_problem(Error{ErrorCode::token_invalid, "user_not_found"}).body,
            R"({"detail":"User not found","code":"user_not_found"})");
  EXPECT_EQ(authentication_problem(Error{ErrorCode::storage_unavailable, ""}).status, 503);
}

}  // namespace
}  // namespace confab::http
