#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "actors/cluster/gate/gate.hpp"
#include "actors/cluster/gate/sockets.hpp"
#include "tests/actors/cluster_certificates.hpp"

namespace confab::actors::cluster::test {

namespace {

using namespace std::chrono_literals;

/// One frame as CAF sends them.
std::string frame(std::uint32_t claimed, const std::string& payload, char operation = 2) {
  std::string bytes(32, '\0');
  bytes[0] = operation;
  for (int i = 0; i < 4; ++i) bytes[4 + i] = static_cast<char>(claimed >> (24 - 8 * i));
  return bytes + payload;
}

bool wait_for(int fd, short events, std::chrono::milliseconds patience = 60s) {
  pollfd one{fd, events, 0};
  return poll(&one, 1, static_cast<int>(patience.count())) == 1;
}

bool send_all(const Socket& socket, std::string_view bytes) {
  while (!bytes.empty()) {
    if (!wait_for(socket.fd(), POLLOUT)) return false;
    const ssize_t sent = send(socket.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return false;
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

/// Up to `size` bytes, less if the other end closes.
std::string receive(const Socket& socket, std::size_t size) {
  std::string bytes;
  std::array<char, 65536> part{};
  while (bytes.size() < size && wait_for(socket.fd(), POLLIN)) {
    const ssize_t got = recv(socket.fd(), part.data(), part.size(), 0);
    if (got == 0 || (got < 0 && errno != EAGAIN)) break;
    if (got > 0) bytes.append(part.data(), static_cast<std::size_t>(got));
  }
  return bytes;
}

/// Stands for CAF: gives back what it gets, on a port of the loopback address.
class Echo {
 public:
  Echo() : listener_(std::move(listen_on(loopback(0)).value())) {
    thread_ = std::thread([this] { run(); });
  }
  ~Echo() {
    stopping_ = true;
    thread_.join();
  }
  std::uint16_t port() const { return port_of(listener_); }
  std::size_t accepted() const { return accepted_; }

 private:
  void run() {
    std::vector<Socket> open;
    while (!stopping_) {
      std::vector<pollfd> waiting{{listener_.fd(), POLLIN, 0}};
      for (const Socket& socket : open) waiting.push_back({socket.fd(), POLLIN, 0});
      poll(waiting.data(), waiting.size(), 20);
      if (Socket fresh = accept_from(listener_)) {
        ++accepted_;
        open.push_back(std::move(fresh));
      }
      std::erase_if(open, [](const Socket& socket) {
        std::array<char, 65536> part{};
        const ssize_t got = recv(socket.fd(), part.data(), part.size(), 0);
        if (got > 0) {
          return !send_all(socket, {part.data(), static_cast<std::size_t>(got)});
        }
        return got == 0 || errno != EAGAIN;
      });
    }
  }

  Socket listener_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::size_t> accepted_{0};
  std::thread thread_;
};

class GateTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { std::signal(SIGPIPE, SIG_IGN); }

  static GateOptions options(const std::string& name, const Credentials& credentials,
                             std::chrono::milliseconds handshake = 1h) {
    GateOptions with;
    with.listen = {"127.0.0.1", 0};
    with.name = name;
    with.credentials = credentials;
    with.handshake = handshake;
    with.most_handshakes = 8;
    with.longest_frame = 100'000;
    return with;
  }

  std::unique_ptr<Gate> open(const std::string& name, const Credentials& credentials,
                             std::chrono::milliseconds handshake = 1h) const {
    auto gate = std::move(Gate::open(options(name, credentials, handshake)).value());
    gate->start(echo_.port());
    gate->admit({"one", "two"});
    return gate;
  }

  static Socket dial(Gate& from, const std::string& name, const Gate& to) {
    auto port = from.tunnel_to(name, "127.0.0.1:" + std::to_string(to.port()));
    return connect_to(loopback(port.value()));
  }

  /// A connection that anybody on the network could open.
  static Socket knock(const Gate& gate) { return connect_to(loopback(gate.port())); }

  bool carries(Gate& from) {
    const Socket socket = dial(from, "two", *two_);
    const std::string sent = frame(5, "hello");
    return send_all(socket, sent) && receive(socket, sent.size()) == sent;
  }

  static bool becomes(const std::function<bool()>& condition) {
    for (int i = 0; i < 6000 && !condition(); ++i) std::this_thread::sleep_for(10ms);
    return condition();
  }

  Echo echo_;
  Authority authority_{"ours"};
  std::unique_ptr<Gate> one_ = open("one", authority_.issue("one"));
  std::unique_ptr<Gate> two_ = open("two", authority_.issue("two"));
};

TEST_F(GateTest, CarriesFramesBothWaysBetweenNodes) {
  const Socket socket = dial(*one_, "two", *two_);
  std::string sent;
  for (int i = 0; i < 40; ++i) sent += frame(90'000, std::string(90'000, static_cast<char>(i)));
  std::thread writer([&] { EXPECT_TRUE(send_all(socket, sent)); });
  EXPECT_EQ(receive(socket, sent.size()), sent);
  writer.join();
}

TEST_F(GateTest, RefusesNodesThatAreNotOfThisCluster) {
  const Authority foreign("foreign");
  auto stranger = open("one", foreign.issue("one"));
  auto expired = open("one", authority_.issue("one", -1s));
  auto nobody = open("three", authority_.issue("three"));
  for (Gate* gate : {stranger.get(), expired.get(), nobody.get()}) EXPECT_FALSE(carries(*gate));
  EXPECT_EQ(echo_.accepted(), 0U);
  EXPECT_TRUE(carries(*one_));
}

TEST_F(GateTest, DoesNotTalkToANodeOfAnotherName) {
  const Socket socket = dial(*one_, "three", *two_);
  EXPECT_TRUE(send_all(socket, frame(5, "hello")));
  EXPECT_EQ(receive(socket, 1), "");
  EXPECT_EQ(echo_.accepted(), 0U);
}

TEST_F(GateTest, RefusesCertificatesThatItCannotShow) {
  const Credentials good = authority_.issue("one");
  const auto mistake = [](const std::string& name, const Credentials& credentials) {
    auto gate = Gate::open(options(name, credentials));
    return gate.has_value() ? "" : gate.error().detail;
  };
  EXPECT_EQ(mistake("one", good), "");
  EXPECT_NE(mistake("other", good), "") << "not its name";
  EXPECT_NE(mistake("one", {good.certificate, authority_.issue("one").key, good.authority}), "");
  EXPECT_NE(mistake("one", {"/missing", good.key, good.authority}), "");
  EXPECT_NE(mistake("one", {good.certificate, good.key, "/missing"}), "");
}

TEST_F(GateTest, ClosesAConnectionThatClaimsAFrameTooLong) {
  const Socket socket = dial(*one_, "two", *two_);
  EXPECT_TRUE(send_all(socket, frame(1U << 30, "")));
  EXPECT_EQ(receive(socket, 1), "");
  EXPECT_EQ(two_->counters().rule_breakers, 1U);
  EXPECT_TRUE(carries(*one_));
}

TEST_F(GateTest, LetsNobodyKeepTheOthersOut) {
  std::vector<Socket> idle;
  for (int i = 0; i < 30; ++i) idle.push_back(knock(*two_));
  EXPECT_TRUE(carries(*one_)) << "although more knock than may";
  EXPECT_TRUE(becomes([&] { return two_->counters().refused >= 22; }));
}

TEST_F(GateTest, LetsNobodyWaitForEver) {
  const auto brief = open("two", authority_.issue("two"), 300ms);
  std::vector<Socket> idle;
  for (int i = 0; i < 8; ++i) idle.push_back(knock(*brief));
  EXPECT_TRUE(becomes([&] { return brief->counters().refused == 8; }));
  EXPECT_TRUE(becomes([&] { return brief->counters().open == 0; }));
  for (const Socket& socket : idle) EXPECT_EQ(receive(socket, 1), "");
}

std::int64_t resident_pages() {
  std::int64_t all = 0;
  std::int64_t resident = 0;
  std::ifstream("/proc/self/statm") >> all >> resident;
  return resident;
}

double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

/// CONFAB_GATE_MINUTES=10 makes it last.
TEST_F(GateTest, SurvivesGarbage) {
  const char* text = std::getenv("CONFAB_GATE_MINUTES");  // NOLINT(concurrency-mt-unsafe)
  const std::chrono::minutes asked(text == nullptr ? 0 : std::atoi(text));
  const auto end = std::chrono::steady_clock::now() + (text == nullptr ? 500ms : asked);
  const Authority foreign("foreign");
  auto stranger = open("one", foreign.issue("one"));
  std::mt19937 random(1);
  std::int64_t settled = 0;
  std::size_t rounds = 0;
  for (; rounds < 300 || std::chrono::steady_clock::now() < end; ++rounds) {
    if (rounds == 300) settled = resident_pages();
    const Socket socket = knock(*two_);
    std::string bytes(random() % 600, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    // What begins like TLS gets further into it.
    if (rounds % 3 == 0)
      bytes.insert(0, std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03", 10));
    if (rounds % 50 == 0) {
      EXPECT_FALSE(carries(*stranger));
    }
    send_all(socket, bytes);
    if (text != nullptr) std::this_thread::sleep_for(2ms);
  }
  EXPECT_TRUE(becomes([&] { return two_->counters().open == 0; }));
  EXPECT_TRUE(carries(*one_));
  if (text != nullptr) {
    EXPECT_LT(resident_pages() - settled, 256) << "memory grows";
    std::vector<Socket> idle;
    for (int i = 0; i < 8; ++i) idle.push_back(dial(*one_, "two", *two_));
    const double before = cpu_seconds();
    std::this_thread::sleep_for(10s);
    // The echo of this test wakes up fifty times a second.
    EXPECT_LT(cpu_seconds() - before, 0.3) << "idle connections cost CPU";
    RecordProperty("rounds", static_cast<int>(rounds));
  }
}

TEST(FrameCheck, LooksAtHeadersHoweverTheyAreCut) {
  const std::string stream = frame(3, "abc") + frame(0, "") + frame(10, "0123456789");
  for (std::size_t cut = 1; cut < stream.size(); ++cut) {
    FrameCheck check(10);
    for (std::size_t at = 0; at < stream.size(); at += cut) {
      EXPECT_TRUE(check.accept(stream.substr(at, cut)));
    }
    EXPECT_FALSE(check.accept(frame(11, "")));
  }
  EXPECT_FALSE(FrameCheck(10).accept(frame(0, "", 7))) << "no such operation";
}

}  // namespace

}  // namespace confab::actors::cluster::test
