#include <gtest/gtest.h>

#include "http/pagination/cursor.hpp"
#include "http/pagination/list.hpp"

namespace confab::http {
namespace {

TEST(ChoosePage, TakesNumbersAndLast) {
  const std::pair<std::string_view, std::uint64_t> numbers[] = {
      {"", 1}, {"page=1", 1}, {"page=2", 2}, {"page_size=3", 1}, {"page=1&page=7", 7}};
  for (const auto& [query, number] : numbers) {
    ASSERT_TRUE(choose_page(Query(query))) << query;
    EXPECT_EQ(choose_page(Query(query))->number, number) << query;
  }
  EXPECT_TRUE(choose_page(Query("page=last"))->last);
}

TEST(ChoosePage, KnowsWhatNoPageIsCalled) {
  for (const char* query : {"page=0", "page=-1", "page=abc", "page=1.5", "page=", "page=+1",
                            "page=99999999999999999999", "page=%00", "page= 1", "page=Last"}) {
    EXPECT_FALSE(choose_page(Query(query))) << query;
  }
}

TEST(PageSize, IsBounded) {
  const std::pair<std::string_view, std::uint32_t> sizes[] = {
      {"", 20},
      {"page_size=1", 1},
      {"page_size=100", 100},
      {"page_size=101", 100},
      {"page_size=0", 20},
      {"page_size=-5", 20},
      {"page_size=x", 20},
      {"page_size=", 20},
      {"page_size=1000000000000000000000", 20}};
  for (const auto& [query, size] : sizes) EXPECT_EQ(page_size_of(Query(query)), size) << query;
}

TEST(Envelope, SplicesItemsAndLinks) {
  EXPECT_EQ(make_envelope(0, "", "", ""),
            R"({"count":0,"next":null,"previous":null,"results":[]})");
  EXPECT_EQ(make_envelope(3, "http://h/?page=3", "http://h/", R"({"a":1},{"b":2})"),
            R"({"count":3,"next":"http://h/?page=3","previous":"http://h/",)"
            R"("results":[{"a":1},{"b":2}]})");
}

TEST(Query, IsEncodedInOneWay) {
  EXPECT_EQ(Query("b=2&a=%C3%A4+x&c").encode(), "a=%C3%A4%20x&b=2&c=");
  EXPECT_EQ(Query("page=2&page_size=1&page=3").without({"page"}).encode(), "page_size=1");
  EXPECT_EQ(Query("&&a=1&&").pairs().size(), 1U);
  EXPECT_EQ(Query("a=1&a=2").get("a"), "2");
  EXPECT_EQ(Query("a=%zz").get("a"), "%zz");
  EXPECT_FALSE(Query("a=%ff").is_text());
  EXPECT_FALSE(Query("a%00=1").is_text());
  EXPECT_TRUE(Query("a=%E2%98%95").is_text());
}

class Cursor : public testing::Test {
 protected:
  CursorSigner signer{config::Secret("a secret that is long enough for a test")};
  CursorScope scope{storage::UserId{7}, "/api/messages/", "all=true"};
  storage::MessageId message{storage::make_uuid7()};
};

TEST_F(Cursor, ComesBackAsItWent) {
  const std::string cursor = signer.sign(scope, message);
  EXPECT_EQ(signer.open(scope, cursor), message);
  EXPECT_EQ(cursor.find_first_of("+/=&?%"), std::string::npos);
}

TEST_F(Cursor, IsBoundToItsScope) {
  const std::string cursor = signer.sign(scope, message);
  EXPECT_FALSE(signer.open({storage::UserId{8}, scope.path, scope.filter}, cursor));
  EXPECT_FALSE(signer.open({scope.user, "/api/notifications/", scope.filter}, cursor));
  EXPECT_FALSE(signer.open({scope.user, scope.path, ""}, cursor));
  const CursorSigner other(config::Secret("another secret of the same length, more or less"));
  EXPECT_FALSE(other.open(scope, cursor));
}

TEST_F(Cursor, NoticesEveryChange) {
  const std::string cursor = signer.sign(scope, message);
  for (std::size_t i = 0; i < cursor.size(); ++i) {
    std::string forged = cursor;
    forged[i] = forged[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(signer.open(scope, forged)) << i;
  }
  for (const std::string& forged :
       {std::string(), std::string("x"), cursor + "A", cursor.substr(1), cursor + "=",
        std::string(5000, 'A'), std::string(43, '-'), std::string(43, '\0')}) {
    EXPECT_FALSE(signer.open(scope, forged));
  }
}

}  // namespace
}  // namespace confab::http
