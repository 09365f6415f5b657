#include "http/routing/router.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "http/schema/options.hpp"

namespace confab::http {
namespace {

const Router& router() {
  static const Router instance(make_routes({}));
  return instance;
}

/// A path of that pattern, with every {…} filled in.
std::string example_of(std::string_view pattern) {
  std::string path(pattern);
  for (std::size_t open = path.find('{'); open != std::string::npos; open = path.find('{')) {
    path.replace(open, path.find('}') - open + 1, "7");
  }
  return path;
}

TEST(Router, ReachesEveryRouteInEverySpelling) {
  for (const Route& route : router().routes()) {
    const std::string path = example_of(route.pattern);
    std::vector<std::string> spellings = {path};
    if (path.ends_with('/')) spellings.push_back(path.substr(0, path.size() - 1));
    if (path.starts_with("/api/")) {
      spellings.push_back("/api/v1/" + path.substr(5));
      if (path.size() > 5) spellings.push_back("/api/v1/" + path.substr(5, path.size() - 6));
    }
    for (const std::string& spelling : spellings) {
      const Match match = router().match(spelling);
      ASSERT_NE(match.resource, nullptr) << spelling;
      EXPECT_EQ(match.resource->pattern, route.pattern) << spelling;
      EXPECT_EQ(match.resource->find(route.method), &route) << spelling;
      const std::string canonical = path.ends_with('/') ? path : path + "/";
      EXPECT_EQ(match.path, canonical) << spelling;
    }
  }
}

TEST(Router, TellsWhatEveryAddressAllows) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"/api/conversations/", "GET, POST, HEAD, OPTIONS"},
      {"/api/conversations/7/", "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"},
      {"/api/conversations/7/messages/", "GET, POST, HEAD, OPTIONS"},
      {"/api/messages/7/", "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"},
      {"/api/messages/7/mark_as_read/", "POST, PATCH, OPTIONS"},
      {"/api/messages/unread/", "GET, PATCH, HEAD, OPTIONS"},
      {"/api/notifications/7/", "GET, PATCH, HEAD, OPTIONS"},
      {"/api/token/", "POST, OPTIONS"},
      {"/api/user/delete/", "DELETE, OPTIONS"},
      {"/api/users/me/", "GET, PATCH, HEAD, OPTIONS"},
  };
  for (const auto& [path, allow] : cases) {
    ASSERT_NE(router().match(path).resource, nullptr) << path;
    EXPECT_EQ(router().match(path).resource->allow, allow) << path;
  }
}

TEST(Router, AnswersHeadByGetAndNothingElse) {
  const Resource* list = router().match("/api/users/").resource;
  EXPECT_EQ(list->find(Method::head), list->find(Method::get));
  EXPECT_EQ(list->find(Method::del), nullptr);
  EXPECT_EQ(list->find(Method::options), nullptr);
  EXPECT_EQ(router().match("/api/token/").resource->find(Method::head), nullptr);
}

TEST(Router, FindsNothingElsewhere) {
  for (const char* path : {"//",
                           "/api//",
                           "/nowhere",
                           "/api/nowhere/",
                           "/api/conversations/x/y/z/",
                           "/api/conversations//",
                           "/api//conversations/",
                           "/api/v1/v1/users/",
                           "/v1/users/",
                           "/api/v2/users/",
                           "/api/users/%",
                           "/api/users/%zz/",
                           "/API/users/",
                           "/%2e%2e/etc/passwd",
                           "/api/../api/users/",
                           "/api/messages/7/history/x",
                           "/admin//",
                           "/admin//x",
                           "/assets/",
                           "/assets/a/b",
                           "/assets/%2e%2e/admin.html",
                           "/demo/"}) {
    EXPECT_EQ(router().match(path).resource, nullptr) << path;
  }
}

TEST(Router, DecodesSegmentsAndPrefersFixedOnes) {
  const Match escaped = router().match("/api/us%65rs/a%2Fb%20c/");
  ASSERT_NE(escaped.resource, nullptr);
  EXPECT_EQ(escaped.arguments, std::vector<std::string>{"a/b c"});
  EXPECT_EQ(router().match("/api/messages/unread/").arguments.size(), 0U);
  EXPECT_EQ(router().match("/api/users/me").resource->pattern, "/api/users/me/");
  EXPECT_EQ(router().match("/api/conversations/a/messages/b/thread").arguments,
            (std::vector<std::string>{"a", "b"}));
}

TEST(Router, GivesAPageEverythingBelowIt) {
  for (const char* path : {"/admin/users", "/admin/users/7/", "/admin/a/b/c/d/e"}) {
    ASSERT_NE(router().match(path).resource, nullptr) << path;
    EXPECT_EQ(router().match(path).resource->pattern, "/admin/{rest*}/") << path;
  }
  EXPECT_EQ(router().match("/admin").resource->pattern, "/admin/");
}

TEST(RouteTable, IsComplete) {
  std::set<std::string_view> names;
  std::set<std::pair<std::string_view, Method>> addresses;
  for (const Route& route : router().routes()) {
    EXPECT_NE(route.handler, nullptr) << route.name;
    EXPECT_FALSE(route.summary.empty()) << route.name;
    EXPECT_TRUE(names.insert(route.name).second) << route.name;
    EXPECT_TRUE(addresses.insert({route.pattern, route.method}).second) << route.pattern;
    const bool has_schema =
        route.shape == Shape::object || route.shape == Shape::list || route.shape == Shape::events;
    EXPECT_EQ(has_schema, !route.schema.empty()) << route.name;
    EXPECT_EQ(route.status == 204, route.shape == Shape::none) << route.name;
    EXPECT_TRUE(route.retry == Retry::none || route.method == Method::post) << route.name;
  }
}

TEST(RouteTable, IsOpenOnlyWhereNobodyCanBeLoggedIn) {
  for (const Route& route : router().routes()) {
    const bool may_be_open = route.pattern.starts_with("/api/token/") ||
                             route.pattern.starts_with("/api-auth/") ||
                             !route.pattern.starts_with("/api/") || route.shape == Shape::page ||
                             route.name == "root" || route.name == "schema" ||
                             route.name == "register_user" || route.name == "create_first_admin";
    EXPECT_EQ(route.access == Access::open, may_be_open) << route.name;
  }
}

TEST(Options, NameAndDescribeEveryAddress) {
  EXPECT_EQ(resource_name("/api/conversations/{conversation}/messages/"), "Message List");
  EXPECT_EQ(resource_name("/api/messages/{message}/"), "Message Instance");
  EXPECT_EQ(resource_name("/api/messages/{message}/mark_as_read/"), "Mark As Read");
  EXPECT_EQ(resource_name("/api/"), "Api Root");
  for (const Resource& resource : router().resources()) {
    const auto document = nlohmann::json::parse(options_document(resource));
    EXPECT_FALSE(document["name"].get<std::string>().empty());
    EXPECT_EQ(document["renders"][0], "application/json");
  }
  const auto posts = nlohmann::json::parse(
      options_document(*router().match("/api/conversations/7/messages/").resource));
  EXPECT_EQ(posts["actions"]["POST"]["content"]["required"], true);
  EXPECT_EQ(posts["actions"]["POST"]["content"]["max_length"], 8000);
}

}  // namespace
}  // namespace confab::http
