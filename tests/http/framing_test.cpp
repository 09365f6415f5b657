#include "http/server/framing.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/http/framing_outcome.hpp"

namespace confab::http::framing_test {
namespace {

using namespace std::string_literals;

struct Case {
  std::string name;
  std::string stream;
  std::string expected;
};

void PrintTo(const Case& value, std::ostream* out) { *out << value.name; }

std::vector<Case> legal_cases() {
  return {
      {"plain", kGet + "\r\n", "GET /a"},
      {"query", "GET /a/b?x=1&y=%20&x HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n",
       "GET /a/b?x=1&y=%20&x"},
      {"empty query", "GET /? HTTP/1.1\r\nHost: x\r\n\r\n", "GET /"},
      {"second question mark", "GET /a?b?c HTTP/1.1\r\nHost: x\r\n\r\n", "GET /a?b?c"},
      {"dots are the router's business", "GET /a/../b HTTP/1.1\r\nHost: x\r\n\r\n", "GET /a/../b"},
      {"bad percent is the router's business", "GET /%zz%2 HTTP/1.1\r\nHost: x\r\n\r\n",
       "GET /%zz%2"},
      {"every method",
       "HEAD / HTTP/1.1\r\nHost: x\r\n\r\nPUT / HTTP/1.1\r\nHost: x\r\n\r\n"
       "PATCH / HTTP/1.1\r\nHost: x\r\n\r\nDELETE / HTTP/1.1\r\nHost: x\r\n\r\n"
       "OPTIONS / HTTP/1.1\r\nHost: x\r\n\r\n",
       "HEAD /; PUT /; PATCH /; DELETE /; OPTIONS /"},
      {"options asterisk", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", "OPTIONS *"},
      {"absolute form", "GET http://x/param/a?b HTTP/1.1\r\nHost: x\r\n\r\n", "GET /param/a?b"},
      {"absolute form without path", "GET HTTPS://x:81?b HTTP/1.1\r\nHost: x\r\n\r\n", "GET /?b"},
      {"content length", kPost + "Content-Length: 5\r\n\r\nhello", "POST /post [hello]"},
      {"content length zero", kPost + "Content-Length: 0\r\n\r\n" + kNext, "POST /post; GET /next"},
      {"content length with zeros", kPost + "Content-Length: 005\r\n\r\nhello",
       "POST /post [hello]"},
      {"body with controls", kPost + "Content-Length: 5\r\n\r\n\r\n\0\n\x01"s,
       "POST /post [\r\n\0\n\x01]"s},
      {"body on get", kGet + "Content-Length: 2\r\n\r\nhi" + kNext, "GET /a [hi]; GET /next"},
      {"pipelined", kGet + "\r\n" + kPost + "Content-Length: 2\r\n\r\nhi" + kNext,
       "GET /a; POST /post [hi]; GET /next"},
      {"blank line before", "\r\n" + kNext, "GET /next"},
      {"blank line after a body", kPost + "Content-Length: 2\r\n\r\nhi\r\n" + kNext,
       "POST /post [hi]; GET /next"},
      {"chunked", kChunked + "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n" + kNext,
       "POST /post [hello world]; GET /next"},
      {"chunked, upper case and zeros", kChunked + "00A\r\n0123456789\r\n000\r\n\r\n",
       "POST /post [0123456789]"},
      {"chunked, no data", kChunked + "0\r\n\r\n" + kNext, "POST /post; GET /next"},
      {"chunk extension", kChunked + "5;a=b\r\nhello\r\n0 ; c=\"d;e\"\r\n\r\n",
       "POST /post [hello]"},
      {"trailers", kChunked + "5\r\nhello\r\n0\r\nX: y\r\nContent-Length: 9\r\n\r\n" + kNext,
       "POST /post [hello]; GET /next"},
      {"coding in upper case", kPost + "Transfer-Encoding: CHUNKED\r\n\r\n1\r\na\r\n0\r\n\r\n",
       "POST /post [a]"},
      {"connection close", kGet + "Connection: close\r\n\r\n", "GET /a close"},
      {"connection list", kGet + "Connection: Upgrade , Close\r\nUpgrade: websocket\r\n\r\n",
       "GET /a close"},
      {"close beats keep-alive", kGet + "Connection: keep-alive\r\nConnection: close\r\n\r\n",
       "GET /a close"},
      {"http/1.0", "GET /a HTTP/1.0\r\n\r\n", "GET /a close"},
      {"http/1.0 keep-alive", "GET /a HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "GET /a"},
      {"later minor version", "GET /a HTTP/1.9\r\nHost: x\r\n\r\n", "GET /a"},
      {"host with port", "GET /a HTTP/1.1\r\nHost: x.y-z_1:65535\r\n\r\n", "GET /a"},
      {"host with empty port", "GET /a HTTP/1.1\r\nHost: x:\r\n\r\n", "GET /a"},
      {"host ipv6", "GET /a HTTP/1.1\r\nHost: [2001:db8::1]\r\n\r\n", "GET /a"},
      {"empty header value", kGet + "X:\r\nCookie: \r\n\r\n", "GET /a"},
      {"obs-text in a value", kGet + "X: \xc5\xbelu\xc5\xa5\r\n\r\n", "GET /a"},
      {"tab in a value", kGet + "X: a\tb\r\n\r\n", "GET /a"},
      {"expect", kPost + "Expect: 100-Continue\r\nContent-Length: 2\r\n\r\nhi", "POST /post [hi]"},
      {"odd but legal headers",
       kGet +
           "Accept: text/html;q=9,\r\nCookie: a=1;; b=\r\nDate: foo\r\nCache-Control: max-age\r\n"
           "Authorization: Basic !!!\r\nLocation: x\r\nSet-Cookie: a=1; Max-Age=abc\r\n"
           "Content-Type: application/\r\nContent-Encoding: br\r\nPriority: u=1, i\r\n\r\n",
       "GET /a"},
  };
}

std::vector<Case> malformed_cases() {
  const std::string smuggled = "GET /SMUGGLED HTTP/1.1\r\nHost: x\r\n\r\n";
  return {
      // Lengths that two parsers could read differently.
      {"length and coding",
       kPost + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled,
       "400 ambiguous_length"},
      {"coding and length",
       kPost + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + smuggled,
       "400 ambiguous_length"},
      {"two lengths", kPost + "Content-Length: 5\r\nContent-Length: 7\r\n\r\nhelloXX",
       "400 bad_content_length"},
      {"two equal lengths", kPost + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
       "400 bad_content_length"},
      {"length list", kPost + "Content-Length: 5, 5\r\n\r\nhello", "400 bad_content_length"},
      {"negative length", kPost + "Content-Length: -1\r\n\r\nhello", "400 bad_content_length"},
      {"signed length", kPost + "Content-Length: +5\r\n\r\nhello", "400 bad_content_length"},
      {"length with letters", kPost + "Content-Length: 5abc\r\n\r\nhello",
       "400 bad_content_length"},
      {"no digits", kPost + "Content-Length: abc\r\n\r\nhello", "400 bad_content_length"},
      {"hexadecimal length", kPost + "Content-Length: 0x5\r\n\r\nhello", "400 bad_content_length"},
      {"empty length", kPost + "Content-Length: \r\n\r\n", "400 bad_content_length"},
      {"overflowing length", kPost + "Content-Length: 99999999999999999999999\r\n\r\nhello",
       "413 body_too_large"},
      {"wrapping length", kPost + "Content-Length: 18446744073709551621\r\n\r\nhello" + smuggled,
       "413 body_too_large"},
      {"10 TB", kPost + "Content-Length: 10000000000000\r\n\r\nhello", "413 body_too_large"},
      {"space before the colon of length", kPost + "Content-Length : 39\r\n\r\n" + smuggled,
       "400 bad_header"},
      {"space before the colon of coding", kPost + "Transfer-Encoding : chunked\r\n\r\n" + smuggled,
       "400 bad_header"},
      // Codings.
      {"gzip, chunked", kPost + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
       "501 transfer_encoding_not_implemented"},
      {"xchunked", kPost + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
       "400 bad_transfer_encoding"},
      {"prefix of chunked", kPost + "Transfer-Encoding: chun\r\n\r\n", "400 bad_transfer_encoding"},
      {"chunked not last", kPost + "Transfer-Encoding: chunked, identity\r\n\r\n",
       "400 bad_transfer_encoding"},
      {"identity", kGet + "Transfer-Encoding: identity\r\n\r\n", "400 bad_transfer_encoding"},
      {"chunked twice", kPost + "Transfer-Encoding: chunked, chunked\r\n\r\n",
       "400 bad_transfer_encoding"},
      {"coding twice",
       kPost + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       "400 bad_transfer_encoding"},
      {"coding with parameter", kPost + "Transfer-Encoding: chunked;q=1\r\n\r\n",
       "400 bad_transfer_encoding"},
      {"quoted coding", kPost + "Transfer-Encoding: \"chunked\"\r\n\r\n",
       "400 bad_transfer_encoding"},
      {"vertical tab before coding", kPost + "Transfer-Encoding: \x0b"s + "chunked\r\n\r\n",
       "400 bad_character"},
      {"empty coding", kPost + "Transfer-Encoding:\r\n\r\n", "400 bad_transfer_encoding"},
      {"coding in http/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       "400 bad_transfer_encoding"},
      // Chunks.
      {"negative chunk", kChunked + "-1\r\nhello\r\n0\r\n\r\n", "400 bad_chunk"},
      {"signed chunk", kChunked + "+5\r\nhello\r\n0\r\n\r\n", "400 bad_chunk"},
      {"0x chunk", kChunked + "0x5\r\nhello\r\n0\r\n\r\n", "400 bad_chunk"},
      {"blank before chunk size", kChunked + " 5\r\nhello\r\n0\r\n\r\n", "400 bad_chunk"},
      {"blank after chunk size", kChunked + "5 \r\nhello\r\n0\r\n\r\n", "400 bad_chunk"},
      {"empty chunk size", kChunked + "\r\nhello\r\n0\r\n\r\n", "400 bad_chunk"},
      {"extension without size", kChunked + ";a\r\nhello\r\n0\r\n\r\n", "400 bad_chunk"},
      {"huge chunk", kChunked + "7fffffffffffffff\r\nhello", "413 body_too_large"},
      {"overflowing chunk", kChunked + "fffffffffffffffff5\r\nhello", "413 body_too_large"},
      {"4 GB chunk", kChunked + "ffffffff\r\nhello", "413 body_too_large"},
      {"chunk longer than announced", kChunked + "5\r\nhello!\r\n0\r\n\r\n", "400 bad_chunk"},
      {"chunk ends with bare LF", kChunked + "5\r\nhello\n0\r\n\r\n", "400 bad_chunk"},
      {"chunk size ends with bare LF", kChunked + "5\nhello\r\n0\r\n\r\n", "400 bad_chunk"},
      {"chunk size ends with bare CR", kChunked + "5\rhello\r\n0\r\n\r\n", "400 bad_chunk"},
      {"endless extension", kChunked + "5;" + std::string(400, 'a'), "400 bad_chunk"},
      {"bad trailer", kChunked + "0\r\nX y\r\n\r\n" + smuggled, "400 bad_header"},
      {"bare LF in trailer", kChunked + "0\r\nX: y\n\r\n" + smuggled, "400 bad_character"},
      // Header lines.
      {"no colon", "GET / HTTP/1.1\r\nFoo\r\nHost: x\r\n\r\n", "400 bad_header"},
      {"no name", kGet + ": value\r\n\r\n", "400 bad_header"},
      {"folded line", kGet + "X-A: a\r\n b\r\n\r\n", "400 bad_header"},
      {"blank before the first header", "GET / HTTP/1.1\r\n Host: x\r\n\r\n", "400 bad_header"},
      {"quote in a name", kGet + "X\"A: a\r\n\r\n", "400 bad_header"},
      {"non-ascii name", kGet + "X\xc3\xa9: a\r\n\r\n", "400 bad_header"},
      {"LF only", "GET / HTTP/1.1\nHost: x\n\n", "400 bad_character"},
      {"bare LF in a header", kGet + "X-A: a\nX-B: b\r\n\r\n", "400 bad_character"},
      {"bare CR in a header", kGet + "X-A: a\rX-B: b\r\n\r\n", "400 bad_character"},
      {"CR CR LF", kGet + "X-A: a\r\r\n\r\n", "400 bad_character"},
      {"NUL in a header", kGet + "X-A: a\0b\r\n\r\n"s, "400 bad_character"},
      {"DEL in a header", kGet + "X-A: a\x7f\r\n\r\n", "400 bad_character"},
      {"NUL in the target", "GET /a\0b HTTP/1.1\r\n"s + kHost + "\r\n", "400 bad_character"},
      // Host.
      {"no host", "GET /a HTTP/1.1\r\n\r\n", "400 bad_host"},
      {"two hosts", "GET /a HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "400 bad_host"},
      {"two equal hosts", "GET /a HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", "400 bad_host"},
      {"two hosts in http/1.0", "GET /a HTTP/1.0\r\nHost: x\r\nHost: x\r\n\r\n", "400 bad_host"},
      {"empty host", "GET /a HTTP/1.1\r\nHost: \r\n\r\n", "400 bad_host"},
      {"port out of range", "GET /a HTTP/1.1\r\nHost: x:99999\r\n\r\n", "400 bad_host"},
      {"port of letters", "GET /a HTTP/1.1\r\nHost: x:abc\r\n\r\n", "400 bad_host"},
      {"open bracket", "GET /a HTTP/1.1\r\nHost: [\r\n\r\n", "400 bad_host"},
      {"no address in brackets", "GET /a HTTP/1.1\r\nHost: [x]\r\n\r\n", "400 bad_host"},
      {"tail after brackets", "GET /a HTTP/1.1\r\nHost: [::1]x\r\n\r\n", "400 bad_host"},
      {"user in host", "GET /a HTTP/1.1\r\nHost: a@x\r\n\r\n", "400 bad_host"},
      {"path in host", "GET /a HTTP/1.1\r\nHost: x/y\r\n\r\n", "400 bad_host"},
      {"blank in host", "GET /a HTTP/1.1\r\nHost: x y\r\n\r\n", "400 bad_host"},
      {"list of hosts", "GET /a HTTP/1.1\r\nHost: x:1:2\r\n\r\n", "400 bad_host"},
      {"bad percent in host", "GET /a HTTP/1.1\r\nHost: x%2\r\n\r\n", "400 bad_host"},
      // Request line.
      {"unknown method", "FOO /a HTTP/1.1\r\n" + kHost + "\r\n", "501 method_not_implemented"},
      {"lower-case method", "get /a HTTP/1.1\r\n" + kHost + "\r\n", "501 method_not_implemented"},
      {"propfind", "PROPFIND / HTTP/1.1\r\n" + kHost + "\r\n", "501 method_not_implemented"},
      {"trace", "TRACE /a HTTP/1.1\r\n" + kHost + "\r\n", "405 method_not_allowed"},
      {"connect", "CONNECT x:80 HTTP/1.1\r\n" + kHost + "\r\n", "405 method_not_allowed"},
      {"method is no token", "G@T /a HTTP/1.1\r\n" + kHost + "\r\n", "400 bad_request_line"},
      {"empty method", " /a HTTP/1.1\r\n" + kHost + "\r\n", "400 bad_request_line"},
      {"empty target", "GET  HTTP/1.1\r\n" + kHost + "\r\n", "400 bad_target"},
      {"target without slash", "GET hello HTTP/1.1\r\n" + kHost + "\r\n", "400 bad_target"},
      {"query only", "GET ?a HTTP/1.1\r\n" + kHost + "\r\n", "400 bad_target"},
      {"asterisk on get", "GET * HTTP/1.1\r\n" + kHost + "\r\n", "400 bad_target"},
      {"fragment", "GET /a#b HTTP/1.1\r\n" + kHost + "\r\n", "400 bad_target"},
      {"blank in target", "GET /a b HTTP/1.1\r\n" + kHost + "\r\n", "400 bad_target"},
      {"tab in target", "GET /a\tb HTTP/1.1\r\n" + kHost + "\r\n", "400 bad_target"},
      {"raw utf-8 in target", "GET /\xc5\xbe HTTP/1.1\r\n" + kHost + "\r\n", "400 bad_target"},
      {"other scheme", "GET ftp://x/a HTTP/1.1\r\n" + kHost + "\r\n", "400 bad_target"},
      {"absolute form without host", "GET http:///a HTTP/1.1\r\n" + kHost + "\r\n",
       "400 bad_target"},
      {"absolute form with user", "GET http://u:p@x/a HTTP/1.1\r\n" + kHost + "\r\n",
       "400 bad_target"},
      {"two blanks before version", "GET /a  HTTP/1.1\r\n" + kHost + "\r\n", "400 bad_target"},
      {"http/0.9", "GET /a\r\n", "400 bad_request_line"},
      {"no version", "GET /a \r\n" + kHost + "\r\n", "400 bad_request_line"},
      {"half a version", "GET /a HTTP/1.\r\n" + kHost + "\r\n", "400 bad_request_line"},
      {"long version", "GET /a HTTP/1.10\r\n" + kHost + "\r\n", "400 bad_request_line"},
      {"lower-case version", "GET /a http/1.1\r\n" + kHost + "\r\n", "400 bad_request_line"},
      {"http/2.0", "GET /a HTTP/2.0\r\n" + kHost + "\r\n", "505 http_version_not_supported"},
      {"h2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505 http_version_not_supported"},
      {"tls hello", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s, "400 bad_character"},
      {"nothing but blank lines", "\r\n\r\n\r\n\r\n\r\n\r\n", "400 bad_request_line"},
      {"expectation", kGet + "Expect: foo\r\n\r\n", "417 expectation_failed"},
      // Sizes.
      {"long target", "GET /" + std::string(5000, 'a') + " HTTP/1.1\r\n" + kHost + "\r\n",
       "414 target_too_long"},
      {"30,000 slashes", "GET " + std::string(30000, '/') + " HTTP/1.1\r\n" + kHost + "\r\n",
       "414 target_too_long"},
      {"a line without end", "GET /" + std::string(5000, 'a'), "414 target_too_long"},
      {"long header", kGet + "X: " + std::string(70000, 'a') + "\r\n\r\n", "431 headers_too_large"},
      {"a header without end", kGet + "X: " + std::string(17000, 'a'), "431 headers_too_large"},
      {"long trailer", kChunked + "0\r\nX: " + std::string(17000, 'a'), "431 headers_too_large"},
      // Nothing after an error is looked at.
      {"request behind an error", "GET /a HTTP/1.1\r\n\r\n" + smuggled, "400 bad_host"},
      {"error behind a request", kNext + "GET /a HTTP/1.1\r\n\r\n" + smuggled,
       "GET /next; 400 bad_host"},
      {"body over the limit", kPost + "Content-Length: 1048577\r\n\r\n" + smuggled,
       "413 body_too_large"},
  };
}

class FramingTable : public testing::TestWithParam<Case> {};

TEST_P(FramingTable, GivesTheSameOutcomeHoweverTheStreamIsSplit) {
  const Case& test = GetParam();
  EXPECT_EQ(outcome(test.stream), test.expected) << "in one piece";
  for (std::size_t piece : {1, 2, 3, 7, 64}) {
    EXPECT_EQ(outcome(test.stream, {}, piece), test.expected) << "in pieces of " << piece;
  }
}

INSTANTIATE_TEST_SUITE_P(Legal, FramingTable, testing::ValuesIn(legal_cases()));
INSTANTIATE_TEST_SUITE_P(Malformed, FramingTable, testing::ValuesIn(malformed_cases()));

}  // namespace
}  // namespace confab::http::framing_test
