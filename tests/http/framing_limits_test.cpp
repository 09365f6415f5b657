#include <cstdio>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/server/framing.hpp"
#include "tests/http/framing_outcome.hpp"

namespace confab::http::framing_test {
namespace {

TEST(Framing, KeepsHeadersInOrderWithLowerCaseNamesAndTrimmedValues) {
  RequestFramer framer{FramingLimits{}};
  framer.feed("GET / HTTP/1.1\r\nHOST: x\r\nX-Two:  a b \t\r\nx-two:c\r\n\r\n");
  ASSERT_EQ(framer.next(), RequestFramer::Status::complete);
  const Request request = framer.take().request;
  EXPECT_THAT(request.headers,
              testing::ElementsAre(testing::Pair("host", "x"), testing::Pair("x-two", "a b"),
                                   testing::Pair("x-two", "c")));
  EXPECT_EQ(request.header("x-two"), "a b");
  EXPECT_EQ(request.header("missing"), "");
}

TEST(Framing, LetsTheAuthorityOfAnAbsoluteTargetOverrideTheHost) {
  RequestFramer framer{FramingLimits{}};
  framer.feed("GET http://real:81/a HTTP/1.1\r\nHost: other\r\n\r\n");
  ASSERT_EQ(framer.next(), RequestFramer::Status::complete);
  EXPECT_EQ(framer.take().request.header("host"), "real:81");
}

TEST(Framing, AnnouncesAnAwaitedContinueOnceAndOnlyWhileTheBodyIsAwaited) {
  const std::string head = kPost + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n";
  RequestFramer waiting{FramingLimits{}};
  waiting.feed(head);
  EXPECT_EQ(waiting.next(), RequestFramer::Status::expects_continue);
  EXPECT_EQ(waiting.next(), RequestFramer::Status::need_more);

  RequestFramer sent{FramingLimits{}};
  sent.feed(head + "hi");
  EXPECT_EQ(sent.next(), RequestFramer::Status::complete);

  RequestFramer old{FramingLimits{}};
  old.feed("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(old.next(), RequestFramer::Status::need_more);
}

TEST(Framing, TakesWhatIsExactlyAtALimitAndRefusesOneMore) {
  FramingLimits limits;
  limits.max_body = 8;
  limits.max_target = 10;
  limits.max_header_count = 2;
  for (std::size_t piece : {std::size_t{1}, std::string::npos}) {
    EXPECT_EQ(outcome(kPost + "Content-Length: 8\r\n\r\n12345678", limits, piece),
              "POST /post [12345678]");
    EXPECT_EQ(outcome(kPost + "Content-Length: 9\r\n\r\n", limits, piece), "413 body_too_large");
    EXPECT_EQ(outcome(kChunked + "4\r\n1234\r\n4\r\n5678\r\n0\r\n\r\n", limits, piece),
              "POST /post [12345678]");
    EXPECT_EQ(outcome(kChunked + "4\r\n1234\r\n5\r\n", limits, piece), "413 body_too_large");
    EXPECT_EQ(outcome("GET /234567890 HTTP/1.1\r\nHost: x\r\n\r\n", limits, piece),
              "GET /234567890");
    EXPECT_EQ(outcome("GET /2345678901 HTTP/1.1\r\nHost: x\r\n\r\n", limits, piece),
              "414 target_too_long");
    EXPECT_EQ(outcome(kGet + "A: b\r\n\r\n", limits, piece), "GET /a");
    EXPECT_EQ(outcome(kGet + "A: b\r\nC: d\r\n\r\n", limits, piece), "431 headers_too_large");
  }
}

TEST(Framing, RefusesManyHeadersAndEndlessChunkExtensions) {
  std::string headers = kGet;
  for (int i = 0; i < 101; ++i) headers += "X" + std::to_string(i) + ": y\r\n";
  EXPECT_EQ(outcome(headers + "\r\n"), "431 headers_too_large");

  std::string extensions = kChunked;
  for (int i = 0; i < 200; ++i) extensions += "1;" + std::string(200, 'e') + "\r\na\r\n";
  EXPECT_EQ(outcome(extensions), "400 bad_chunk");

  std::string trailers = kChunked + "0\r\n";
  for (int i = 0; i < 101; ++i) trailers += "X: y\r\n";
  EXPECT_EQ(outcome(trailers), "431 headers_too_large");
}

TEST(Framing, TellsWhereTheNextByteBelongs) {
  RequestFramer framer{FramingLimits{}};
  EXPECT_EQ(framer.stage(), RequestFramer::Stage::between);
  framer.feed("\r\n");
  EXPECT_EQ(framer.next(), RequestFramer::Status::need_more);
  EXPECT_EQ(framer.stage(), RequestFramer::Stage::between);
  framer.feed("POST / HT");
  EXPECT_EQ(framer.next(), RequestFramer::Status::need_more);
  EXPECT_EQ(framer.stage(), RequestFramer::Stage::head);
  framer.feed("TP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na");
  EXPECT_EQ(framer.next(), RequestFramer::Status::need_more);
  EXPECT_EQ(framer.stage(), RequestFramer::Stage::body);
}

TEST(Framing, TakesChunksOfEverySize) {
  // The stock parser hangs on a chunk of 4,030 bytes.
  for (std::size_t size = 3990; size < 4140; ++size) {
    char digits[16];
    std::snprintf(digits, sizeof digits, "%zx", size);
    const std::string data(size, 'a');
    const std::string stream = kChunked + digits + "\r\n" + data + "\r\n0\r\n\r\n";
    ASSERT_EQ(outcome(stream, {}, 4096), "POST /post [" + data + "]") << size;
  }
}

}  // namespace
}  // namespace confab::http::framing_test
