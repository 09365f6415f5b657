#include "http/server/server.hpp"

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/http/raw_client.hpp"
#include "tests/http/server_fixture.hpp"

namespace confab::http::test {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class ServerTest : public ServerFixture {};

TEST_F(ServerTest, KeepsTheConnectionBetweenRequests) {
  start();
  RawClient client(port());
  for (int i = 0; i < 3; ++i) {
    const Answer answer = client.get("/a?b=c");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.body, "GET /a?b=c ");
    EXPECT_EQ(answer.header("content-type"), "text/plain");
    EXPECT_EQ(answer.header("connection"), "");
    EXPECT_THAT(answer.header("date"), testing::EndsWith(" GMT"));
  }
  EXPECT_EQ(counters().accepted, 1U);
  EXPECT_EQ(counters().requests, 3U);
}

TEST_F(ServerTest, AnswersFromAnotherThread) {
  start();
  RawClient client(port());
  client.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
  std::thread([reply = held_.take()] { reply.send(text("late")); }).join();
  EXPECT_EQ(client.read_answer().body, "late");
  EXPECT_EQ(client.get("/next").body, "GET /next? ");
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  start();
  RawClient client(port());
  client.send(
      "GET /hold HTTP/1.1\r\nHost: x\r\n\r\n"
      "POST /two HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi"
      "GET /hold HTTP/1.1\r\nHost: x\r\n\r\n"
      "GET /four HTTP/1.1\r\nHost: x\r\n\r\n");
  held_.take().send(text("one"));
  EXPECT_EQ(client.read_answer().body, "one");
  EXPECT_EQ(client.read_answer().body, "POST /two? hi");
  held_.take().send(text("three"));
  EXPECT_EQ(client.read_answer().body, "three");
  EXPECT_EQ(client.read_answer().body, "GET /four? ");
}

TEST_F(ServerTest, AnswersALongPipelineWithoutForgettingOthers) {
  start();
  RawClient client(port());
  std::string requests;
  for (int i = 0; i < 1000; ++i) {
    requests += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n";
  }
  client.send(requests);
  EXPECT_EQ(RawClient(port()).get("/other").status, 200);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_EQ(client.read_answer().body, "GET /" + std::to_string(i) + "? ");
  }
}

TEST_F(ServerTest, ClosesAfterTheCurrentAnswerWhenTooMuchIsPipelined) {
  options_.max_pipelined = 1000;
  start();
  RawClient client(port());
  client.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
  const ReplyHandle reply = held_.take();
  for (int i = 0; i < 100; ++i) client.send("GET /flood HTTP/1.1\r\nHost: x\r\n\r\n");
  RawClient(port()).get("/once-the-flood-has-been-read");
  reply.send(text("one"));
  const Answer answer = client.read_answer();
  EXPECT_EQ(answer.body, "one");
  EXPECT_EQ(answer.header("connection"), "close");
  EXPECT_TRUE(client.ended());
}

TEST_F(ServerTest, SendsNoBodyWhereNoneMayBe) {
  start([](Request request, ReplyHandle reply) {
    Response response = text("body");
    if (request.path == "/204") response.status = 204;
    if (request.path == "/304") response.status = 304;
    reply.send(std::move(response));
  });
  RawClient client(port());
  client.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(client.read_answer(true).header("content-length"), "4");
  for (const std::string path : {"/204", "/304"}) {
    const Answer answer = client.get(path);
    EXPECT_EQ("/" + std::to_string(answer.status), path);
    EXPECT_EQ(answer.headers.count("content-length"), 0U);
    EXPECT_EQ(answer.headers.count("content-type"), 0U);
  }
  EXPECT_EQ(client.get("/").body, "body");  // nothing was left over
}

TEST_F(ServerTest, ClosesWhenTheClientWantsIt) {
  start();
  RawClient client(port());
  client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\nGET /2 HTTP/1.1\r\n\r\n");
  EXPECT_EQ(client.read_answer().header("connection"), "close");
  EXPECT_TRUE(client.ended());
}

TEST_F(ServerTest, AnswersAtOnceToWhoEndsItsStreamWithTheRequest) {
  start();
  for (int i = 0; i < 20; ++i) {
    RawClient client(port());
    client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    client.finish_sending();
    EXPECT_EQ(client.read_answer().status, 200);
    EXPECT_TRUE(client.ended());
  }
}

TEST_F(ServerTest, KnowsTheHabitsOfHttp10) {
  start();
  RawClient once(port());
  once.send("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(once.read_answer().header("connection"), "close");
  EXPECT_TRUE(once.ended());

  RawClient kept(port());
  for (int i = 0; i < 2; ++i) {
    kept.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_EQ(kept.read_answer().header("connection"), "keep-alive");
  }
}

TEST_F(ServerTest, InvitesTheBodyThatAClientHoldsBack) {
  start();
  RawClient client(port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.read_answer().status, 100);
  client.send("hi");
  EXPECT_EQ(client.read_answer().body, "POST /? hi");
}

TEST_F(ServerTest, ReadsChunkedUploads) {
  start();
  RawClient client(port());
  const std::string chunk(4030, 'c');
  client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfbe\r\n" + chunk +
              "\r\n");
  client.send("1;ext=1\r\n!\r\n0\r\nTrailer: x\r\n\r\n");
  EXPECT_EQ(client.read_answer().body, "POST /? " + chunk + "!");
  EXPECT_EQ(client.get("/next").status, 200);
}

TEST_F(ServerTest, AnswersForTheWholeServer) {
  start();
  RawClient client(port());
  client.send("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n");
  const Answer answer = client.read_answer();
  EXPECT_EQ(answer.status, 204);
  EXPECT_THAT(answer.header("allow"), HasSubstr("PATCH"));
  EXPECT_EQ(client.get("/next").status, 200);
}

TEST_F(ServerTest, TellsTheHandlerWhoAskedAndWhen) {
  std::string peer;
  std::chrono::steady_clock::time_point received;
  start([&](Request request, ReplyHandle reply) {
    peer = request.peer;
    received = request.received;
    reply.send(text(""));
  });
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(RawClient(port()).get("/").status, 200);
  EXPECT_EQ(peer, "127.0.0.1");
  EXPECT_GE(received, before);
  EXPECT_LE(received, std::chrono::steady_clock::now());
}

TEST_F(ServerTest, AnswersProtocolErrorsAndParsesNothingAfterThem) {
  start();
  RawClient client(port());
  client.send(
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nhello"
      "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n");
  const Answer answer = client.read_answer();
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.header("connection"), "close");
  EXPECT_EQ(answer.header("content-type"), "application/json");
  EXPECT_EQ(answer.body, R"({"detail":"The Content-Length is malformed or repeated.",)"
                         R"("code":"bad_content_length"})");
  EXPECT_TRUE(client.ended());
  EXPECT_EQ(counters().requests, 0U);
  EXPECT_EQ(counters().protocol_errors, 1U);
}

TEST_F(ServerTest, ListsTheMethodsWhenItRefusesOne) {
  start();
  RawClient client(port());
  client.send("TRACE / HTTP/1.1\r\nHost: x\r\n\r\n");
  const Answer answer = client.read_answer();
  EXPECT_EQ(answer.status, 405);
  EXPECT_THAT(answer.header("allow"), StartsWith("GET, "));
}

TEST_F(ServerTest, LetsTheClientSeeThatItsBodyIsTooLarge) {
  options_.max_body = 1000;
  start();
  RawClient client(port());
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n" +
              std::string(3'000'000, 'b'));
  EXPECT_EQ(client.read_answer().status, 413);
  EXPECT_TRUE(client.ended());
}

TEST_F(ServerTest, AnswersUnavailableWhenTheReplyIsDropped) {
  start();
  RawClient client(port());
  Answer answer = client.get("/drop");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.header("retry-after"), "1");

  client.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
  std::thread([reply = held_.take()] {}).join();
  EXPECT_EQ(client.read_answer().status, 503);
  EXPECT_EQ(client.get("/still").status, 200);
}

TEST_F(ServerTest, AnswersErrorWithoutItsTextWhenTheHandlerThrows) {
  start([](Request, ReplyHandle) { throw std::runtime_error("secret"); });
  const Answer answer = RawClient(port()).get("/");
  EXPECT_EQ(answer.status, 500);
  EXPECT_THAT(answer.body, testing::Not(HasSubstr("secret")));
}

TEST_F(ServerTest, TakesTheFirstOfSeveralAnswers) {
  start();
  RawClient client(port());
  client.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
  const ReplyHandle reply = held_.take();
  const ReplyHandle copy = reply;  // NOLINT(performance-unnecessary-copy-initialization)
  reply.send(text("first"));
  copy.send(text("second"));
  EXPECT_EQ(client.read_answer().body, "first");
  reply.send(text("third"));
  EXPECT_FALSE(reply.push(std::make_shared<const std::string>("fourth")));
  EXPECT_EQ(client.get("/next").body, "GET /next? ");
}

TEST_F(ServerTest, DropsHeadersThatWouldSplitTheAnswer) {
  start([](Request, ReplyHandle reply) {
    Response response = text("ok");
    response.headers = {{"X-Good", "1"},
                        {"X-Bad", "a\r\nSet-Cookie: evil=1"},
                        {"X-Nul", std::string("a\0b", 3)},
                        {"X Name", "1"},
                        {"Content-Length", "99"}};
    reply.send(std::move(response));
  });
  const Answer answer = RawClient(port()).get("/");
  EXPECT_EQ(answer.header("x-good"), "1");
  EXPECT_EQ(answer.header("content-length"), "2");
  EXPECT_EQ(answer.headers.count("x-bad") + answer.headers.count("set-cookie") +
                answer.headers.count("x-nul") + answer.headers.count("x name"),
            0U);
  EXPECT_EQ(counters().dropped_headers, 4U);
}

TEST_F(ServerTest, SendsALargeAnswerToAnUnhurriedReader) {
  const std::string large(8 << 20, 'L');
  start([&](Request request, ReplyHandle reply) {
    reply.send(text(request.path == "/large" ? large : "small"));
  });
  RawClient client(port(), 8192);
  client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\nGET /small HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(RawClient(port()).get("/other").status, 200);
  EXPECT_EQ(client.read_answer().body, large);
  EXPECT_EQ(client.read_answer().body, "small");
}

TEST_F(ServerTest, TellsThatTheClientIsGone) {
  start();
  RawClient client(port());
  client.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
  const ReplyHandle reply = held_.take();
  EXPECT_TRUE(reply.alive());
  client.reset();
  EXPECT_TRUE(eventually([&] { return !reply.alive(); }));
  reply.send(text("to nobody"));
  EXPECT_TRUE(eventually([&] { return counters().open == 0; }));
}

TEST_F(ServerTest, RepliesMayOutliveTheServer) {
  start();
  RawClient client(port());
  client.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
  RawClient other(port());
  other.send("GET /hold HTTP/1.1\r\nHost: x\r\n\r\n");
  const ReplyHandle first = held_.take();
  const ReplyHandle second = held_.take();
  server_.reset();
  first.send(text("too late"));
  bool closed = false;
  second.start_stream(text(""), [&closed] { closed = true; });
  EXPECT_TRUE(closed);
  EXPECT_FALSE(first.alive());
  EXPECT_FALSE(second.push(std::make_shared<const std::string>("x")));
}

TEST_F(ServerTest, ServesSeveralIoThreads) {
  options_.io_threads = 3;
  start();
  for (int i = 0; i < 9; ++i) EXPECT_EQ(RawClient(port()).get("/").status, 200);
}

}  // namespace
}  // namespace confab::http::test
