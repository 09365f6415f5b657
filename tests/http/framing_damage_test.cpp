#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/http/framing_outcome.hpp"

namespace confab::http::framing_test {
namespace {

using namespace std::string_literals;

// Random damage to legal streams: whatever comes of it must not depend on the splitting.

class Mutator {
 public:
  explicit Mutator(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }

  std::string mutate() {
    std::string stream = seeds_[below(seeds_.size())];
    if (below(4) == 0) stream += seeds_[below(seeds_.size())];
    for (std::size_t i = below(5); i > 0; --i) damage(stream);
    return stream;
  }

 private:
  void damage(std::string& stream) {
    const std::size_t at = below(stream.size() + 1);
    const std::string& token = tokens_[below(tokens_.size())];
    switch (below(7)) {
      case 0:
        if (at < stream.size()) stream[at] = static_cast<char>(random_());
        break;
      case 1:
        stream.insert(at, token);
        break;
      case 2:
        stream.erase(at, 1 + below(8));
        break;
      case 3:
        stream.insert(below(stream.size() + 1), stream.substr(at, below(40)));
        break;
      case 4:
        stream.resize(at);
        break;
      case 5:
        stream.insert(at, std::string(below(300), static_cast<char>(random_())));
        break;
      default:
        stream.replace(at, std::min(token.size(), stream.size() - at), token);
        break;
    }
  }

  std::mt19937 random_;
  const std::vector<std::string> seeds_ = {
      kGet + "Accept: */*;q=0.8\r\nCookie: a=1; b=2\r\nConnection: keep-alive\r\n\r\n",
      kPost + "Content-Type: application/json\r\nContent-Length: 13\r\n\r\n{\"a\":\"hello\"}",
      kChunked + "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n",
      kChunked + "5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n",
      "GET /abc?x=1&y=%20&z HTTP/1.1\r\nHost: [::1]:8080\r\nDate: Sun, 06 Nov 1994\r\n\r\n",
      "GET /query?a=b&&c==d&e HTTP/1.0\r\nServer: y z\r\n\r\n",
      "PUT /put HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
      "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET http://x/a HTTP/1.1\r\nHost: x\r\n\r\n",
  };
  const std::vector<std::string> tokens_ = {"\r\n",
                                            "\r",
                                            "\n",
                                            "\0"s,
                                            ":",
                                            ";",
                                            ",",
                                            "?",
                                            " ",
                                            "  ",
                                            "\t",
                                            "%00",
                                            "*",
                                            "//",
                                            "-1",
                                            "+1",
                                            "0",
                                            "ffffffff",
                                            "7fffffffffffffff",
                                            "99999999999999999999",
                                            "Content-Length: ",
                                            "Transfer-Encoding: chunked\r\n",
                                            "Host: ",
                                            "Host: y\r\n",
                                            "HTTP/1.1",
                                            "HTTP/1.0",
                                            "[",
                                            "]",
                                            "GET ",
                                            "POST ",
                                            "Expect: 100-continue\r\n",
                                            "Connection: close\r\n",
                                            "chunked",
                                            "\r\n\r\n"};
};

TEST(Framing, DamagedStreamsAreReadAlikeHoweverTheyAreSplit) {
  Mutator mutator(20240611);
  for (int i = 0; i < 20'000; ++i) {
    const std::string stream = mutator.mutate();
    const std::string whole = outcome(stream);
    ASSERT_EQ(outcome(stream, {}, 1), whole) << testing::PrintToString(stream);
    ASSERT_EQ(outcome_in_pieces(stream, {}, [&mutator] { return 1 + mutator.below(20); }), whole)
        << testing::PrintToString(stream);
  }
}

}  // namespace
}  // namespace confab::http::framing_test
