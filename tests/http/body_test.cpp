#include "http/json/body.hpp"

#include <gtest/gtest.h>

namespace confab::http {
namespace {

Request request_with(std::string content_type, std::string body) {
  Request request;
  request.method = Method::post;
  if (!content_type.empty()) request.headers.emplace_back("content-type", std::move(content_type));
  request.body = std::move(body);
  return request;
}

int status_of(const std::variant<Body, Problem>& read) {
  const auto* problem = std::get_if<Problem>(&read);
  return problem ? problem->status : 200;
}

std::string data_of(const std::variant<Body, Problem>& read) {
  const auto* body = std::get_if<Body>(&read);
  return body ? body->data.dump() : std::get<Problem>(read).body;
}

TEST(ReadBody, TakesJsonWhateverItsParameters) {
  for (const char* type : {"application/json", "APPLICATION/JSON",
                           "application/json; charset=utf-8", "application/json;charset=UTF-8"}) {
    EXPECT_EQ(data_of(read_body(request_with(type, R"({"a":1})"))), R"({"a":1})") << type;
  }
}

TEST(ReadBody, TakesNothingForAnEmptyObject) {
  EXPECT_EQ(data_of(read_body(request_with("", ""))), "{}");
  EXPECT_EQ(data_of(read_body(request_with("application/json", ""))), "{}");
}

TEST(ReadBody, RefusesOtherTypesByName) {
  for (const char* type : {"text/plain", "application/xml", "application/octet-stream", "jsonx"}) {
    const auto read = read_body(request_with(type, "x"));
    EXPECT_EQ(status_of(read), 415);
    EXPECT_NE(data_of(read).find("Unsupported media type \\\"" + std::string(type)),
              std::string::npos);
  }
  EXPECT_EQ(status_of(read_body(request_with("", "x"))), 415);
}

TEST(ReadBody, TakesForms) {
  const auto read = read_body(request_with("application/x-www-form-urlencoded",
                                           "content=from+a%20form%21&ids=1&ids=2&empty="));
  EXPECT_EQ(data_of(read), R"({"content":"from a form!","empty":"","ids":["1","2"]})");
  EXPECT_TRUE(std::get<Body>(read).is_form);
  EXPECT_EQ(status_of(read_body(request_with("application/x-www-form-urlencoded", "a=%ff"))), 400);
}

TEST(ReadBody, TakesTheFieldsOfMultipartForms) {
  const std::string body =
      "--XX\r\nContent-Disposition: form-data; name=\"content\"\r\n\r\nline one\r\nline two\r\n"
      "--XX\r\nContent-Disposition: form-data; name=\"empty\"\r\n\r\n\r\n"
      "--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x.bin\"\r\n\r\n\x01\r\n"
      "--XX--\r\n";
  const auto read = read_body(request_with("multipart/form-data; boundary=XX", body));
  EXPECT_EQ(data_of(read), R"({"content":"line one\r\nline two","empty":""})");
  EXPECT_EQ(data_of(read_body(request_with("multipart/form-data; boundary=\"XX\"", body))),
            data_of(read));
}

TEST(ReadBody, RefusesBrokenMultipartForms) {
  for (const char* body : {"", "x", "--XX", "--XX\r\n", "--XX\r\n\r\n", "--XX\r\n\r\n\r\n--XX",
                           "--XX\r\nContent-Disposition: form-data; name=\"a\r\n\r\nx\r\n--XX--",
                           "--XX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nno end"}) {
    const auto read = read_body(request_with("multipart/form-data; boundary=XX", body));
    EXPECT_EQ(status_of(read), *body == '\0' ? 200 : 400) << body;
  }
  EXPECT_EQ(status_of(read_body(request_with("multipart/form-data", "--XX--"))), 400);
}

}  // namespace
}  // namespace confab::http
