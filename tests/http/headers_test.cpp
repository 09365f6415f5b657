#include <gtest/gtest.h>

#include "config/network.hpp"
#include "http/client_address.hpp"
#include "http/conditional.hpp"
#include "http/cookies.hpp"
#include "http/cors.hpp"
#include "http/pages/login_page.hpp"
#include "http/rate_limit.hpp"

namespace confab::http {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

Request request_with(Headers headers, Method method = Method::get) {
  Request request;
  request.method = method;
  request.headers = std::move(headers);
  request.peer = "192.0.2.1";
  return request;
}

std::string header(const Response& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "";
}

TEST(Cookies, AreFoundByTheirWholeName) {
  const Request request = request_with(
      {{"cookie", "xsessionid=a; sessionid=b; csrftoken=\"c\"; empty="}, {"cookie", "late=d"}});
  EXPECT_EQ(cookie_of(request, "sessionid"), "b");
  EXPECT_EQ(cookie_of(request, "csrftoken"), "c");
  EXPECT_EQ(cookie_of(request, "late"), "d");
  EXPECT_EQ(cookie_of(request, "session"), "");
  EXPECT_EQ(cookie_of(request_with({{"cookie", ";;=;a"}}), "a"), "");
}

TEST(Cookies, BearTheirFlags) {
  const std::string session = set_cookie(
      {.name = "sessionid", .value = "v", .max_age = std::chrono::hours(1), .http_only = true});
  EXPECT_TRUE(session.starts_with("sessionid=v; expires="));
  for (const char* part : {"; HttpOnly", "; Max-Age=3600", "; Path=/", "; SameSite=Lax"}) {
    EXPECT_NE(session.find(part), std::string::npos) << part;
  }
  EXPECT_EQ(session.find("Secure"), std::string::npos);
  const std::string gone = set_cookie({.name = "sessionid", .secure = true});
  EXPECT_TRUE(gone.starts_with("sessionid=\"\"; expires=Thu, 01 Jan 1970 00:00:00 GMT"));
  EXPECT_TRUE(gone.ends_with("; Max-Age=0; Path=/; SameSite=Lax; Secure"));
}

TEST(Cors, KnowsItsOrigins) {
  const CorsPolicy policy({"https://app.example"});
  const std::pair<std::string_view, bool> cases[] = {{"https://app.example", true},
                                                     {"http://app.example", false},
                                                     {"", false},
                                                     {"https://app.example.evil", false},
                                                     {"https://APP.example", false},
                                                     {"null", false},
                                                     {"*", false}};
  for (const auto& [origin, allowed] : cases) EXPECT_EQ(policy.allows(origin), allowed) << origin;
}

TEST(Cors, NeverReflectsAnotherOriginNorAllowsCredentials) {
  const CorsPolicy policy({"https://app.example"});
  Response allowed;
  policy.add_headers(request_with({{"origin", "https://app.example"}}), allowed);
  EXPECT_EQ(header(allowed, "Access-Control-Allow-Origin"), "https://app.example");
  EXPECT_EQ(header(allowed, "Vary"), "Origin");
  Response other;
  policy.add_headers(request_with({{"origin", "https://evil.example"}}), other);
  EXPECT_EQ(header(other, "Access-Control-Allow-Origin"), "");
  EXPECT_EQ(header(other, "Vary"), "Origin");
  for (const Response& response : {allowed, other, CorsPolicy::preflight()}) {
    EXPECT_EQ(header(response, "Access-Control-Allow-Credentials"), "");
  }
  Response silent;
  CorsPolicy({}).add_headers(request_with({{"origin", "https://app.example"}}), silent);
  EXPECT_TRUE(silent.headers.empty());
}

TEST(Cors, RecognisesAPreflight) {
  const CorsPolicy policy({"https://app.example"});
  const std::pair<std::string, std::string> origin{"origin", "https://app.example"};
  const std::pair<std::string, std::string> wants{"access-control-request-method", "POST"};
  EXPECT_TRUE(policy.is_preflight(request_with({origin, wants}, Method::options)));
  EXPECT_FALSE(policy.is_preflight(request_with({origin}, Method::options)));
  EXPECT_FALSE(policy.is_preflight(request_with({origin, wants}, Method::get)));
  EXPECT_FALSE(policy.is_preflight(request_with({wants}, Method::options)));
}

TEST(Origin, IsTheSocketsUnlessAProxyIsTrusted) {
  const Request request = request_with({{"host", "chat.example:8000"},
                                        {"x-forwarded-for", "203.0.113.9, 198.51.100.7"},
                                        {"x-forwarded-proto", "https"},
                                        {"x-forwarded-host", "public.example"}});
  const Origin direct = find_origin(request, {});
  EXPECT_EQ(direct.base_url(), "http://chat.example:8000");
  EXPECT_EQ(direct.client, "192.0.2.1");

  const Origin proxied = find_origin(request, {*config::Network::parse("192.0.2.0/24")});
  EXPECT_EQ(proxied.base_url(), "https://public.example");
  EXPECT_EQ(proxied.client, "198.51.100.7") << "what stands before the proxy's word is hearsay";

  const Origin chained = find_origin(request, {*config::Network::parse("192.0.2.0/24"),
                                               *config::Network::parse("198.51.100.0/24")});
  EXPECT_EQ(chained.client, "203.0.113.9");
}

TEST(Origin, StopsAtNonsenseInTheChain) {
  const Request request = request_with({{"host", "h"}, {"x-forwarded-for", "203.0.113.9, junk"}});
  EXPECT_EQ(find_origin(request, {*config::Network::parse("192.0.2.1")}).client, "192.0.2.1");
}

TEST(EntityTags, AreReadFromLists) {
  EXPECT_EQ(parse_entity_tags(R"("a", W/"b" ,*, "c,d")"),
            (std::vector<std::string>{"a", "b", "*", "c,d"}));
  EXPECT_TRUE(parse_entity_tags("").empty());
  EXPECT_TRUE(parse_entity_tags("\"open").empty());
  EXPECT_TRUE(parse_entity_tags("bare").empty());
  EXPECT_TRUE(none_match_hits(R"("x", "y")", "y"));
  EXPECT_TRUE(none_match_hits("*", "y"));
  EXPECT_FALSE(none_match_hits(R"("x")", "y"));
  EXPECT_FALSE(none_match_hits("", "y"));
  EXPECT_FALSE(none_match_hits("*", ""));
}

TEST(RateLimiter, AllowsABurstAndThenARate) {
  RateLimiter limiter(60);
  RateLimiter::Clock::time_point now{};
  for (int i = 0; i < 60; ++i) EXPECT_FALSE(limiter.admit(1, now)) << i;
  EXPECT_EQ(limiter.admit(1, now), 1);
  EXPECT_FALSE(limiter.admit(2, now)) << "another caller";
  now += std::chrono::seconds(1);
  EXPECT_FALSE(limiter.admit(1, now));
  EXPECT_EQ(limiter.admit(1, now), 1);
  now += std::chrono::minutes(1);
  for (int i = 0; i < 60; ++i) EXPECT_FALSE(limiter.admit(1, now));
}

TEST(RateLimiter, IsOffAtZero) {
  RateLimiter limiter(0);
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(limiter.admit(1, {}));
}

TEST(SafeTarget, StaysOnThisSite) {
  for (const char* target : {"/", "/api/", "/api/conversations/?page=2#top"}) {
    EXPECT_EQ(pages::safe_target(target, "/x"), target);
  }
  for (const char* target :
       {"", "api", "http://example.com/", "//example.com/", "/\\example.com", "\\\\example.com",
        "javascript:alert(1)", "/\t/example.com", "/a\r\nSet-Cookie: x=y", "/a b", " //x", "/é"}) {
    EXPECT_EQ(pages::safe_target(target, "/x"), "/x") << target;
  }
}

TEST(LoginPage, EscapesWhatItShows) {
  const std::string page = pages::login_page(
      {.csrf_token = "t", .target = "/\"><script>", .username = "<b>'&\"", .message = "<i>"});
  EXPECT_EQ(page.find("<script>"), std::string::npos);
  EXPECT_EQ(page.find("<b>"), std::string::npos);
  EXPECT_EQ(page.find("<i>"), std::string::npos);
  EXPECT_NE(page.find("&lt;b&gt;&#x27;&amp;&quot;"), std::string::npos);
  EXPECT_NE(page.find("name=\"csrfmiddlewaretoken\" value=\"t\""), std::string::npos);
}

}  // namespace
}  // namespace confab::http
