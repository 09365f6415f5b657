#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actors/cluster/envelope.hpp"
#include "actors/cluster/forwarder.hpp"
#include "actors/cluster/transit_meter.hpp"
#include "tests/actors/cluster_nodes.hpp"

namespace confab::actors::cluster::test {

namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr ShardIndex kShard = 7;

ForwardedCall call(std::string body, bool is_repeatable = true) {
  ForwardedCall made;
  made.shard = kShard;
  made.kind = 3;
  made.key = 42;
  made.user = storage::UserId{9};
  made.role = storage::Role::host;
  made.retry_key = "once";
  made.is_repeatable = is_repeatable;
  made.body = std::move(body);
  return made;
}

/// Nodes whose messages arrive at once, unless a test says otherwise.
class Forwarding : public testing::Test {
 protected:
  struct Node {
    NodeId id;
    ShardTable table;
    std::vector<std::string> served;
    int doubts = 0;
    bool is_silent = false;  ///< takes calls and never answers
    bool is_slow = false;    ///< answers when the test says so
    std::vector<std::function<void(EnvelopeReply)>> held;
    bool loses_shard = false;  ///< finds out while it serves
    Moment time_lost{0};       ///< by what comes
    Result<bool> allowed = true;
    std::unique_ptr<Forwarder> forwarder;
  };

  explicit Forwarding(Moment budget = 60s) {
    for (std::uint8_t i = 0; i < 3; ++i) {
      nodes_[i].id = node(i + 1);
      nodes_[i].table.extend_lease(boot_time() + 1h);
      nodes_[i].forwarder = std::make_unique<Forwarder>(
          nodes_[i].id, nodes_[i].table, hooks(nodes_[i]), ForwarderTimes{budget, 500ms, 5ms});
    }
  }

  ForwarderHooks hooks(Node& self) {
    ForwarderHooks made;
    made.send = [this, &self](NodeId to, std::uint64_t id, bool is_reply, std::string_view bytes) {
      for (Node& other : nodes_) {
        if (other.id != to || cut_ == to) continue;
        if (!is_reply) last_id_ = id;
        other.forwarder->received(self.id, id, is_reply, std::string(bytes));
        if (!is_reply) ++calls_sent_;
        return true;
      }
      return false;
    };
    made.time_lost = [&self](NodeId, Moment) { return self.time_lost; };
    made.doubt = [this, &self] {
      ++self.doubts;
      show(self);
    };
    made.authorise = [&self](storage::UserId, storage::Role, auto answer) { answer(self.allowed); };
    made.serve = [&self](storage::Fence, const ForwardedCall& asked, auto reply) {
      if (self.is_silent) return;
      if (self.is_slow) return self.held.push_back(reply);
      if (self.loses_shard) {
        self.loses_shard = false;
        self.table.stop(kShard);
        return reply({Verdict::not_owner, {}, {}});
      }
      self.served.push_back(asked.body);
      reply({Verdict::done, {}, "answer to " + asked.body});
    };
    return made;
  }

  /// What the database says of the shard, as a node that looks at it learns.
  void show(Node& to) const {
    ClusterView view;
    view.shards.resize(storage::kShards);
    view.shards[kShard] = {owner_, 5};
    to.table.show(view);
  }

  void own(std::size_t index) {
    owner_ = nodes_[index].id;
    nodes_[index].table.start({kShard, 5});
  }

  std::future<Result<std::string>> send(ForwardedCall asked) {
    auto answer = std::make_shared<std::promise<Result<std::string>>>();
    nodes_[0].forwarder->forward(std::move(asked), [answer](Result<std::string> result) {
      answer->set_value(std::move(result));
    });
    return answer->get_future();
  }

  static bool is_there(const std::future<Result<std::string>>& answer,
                       std::chrono::seconds patience = 0s) {
    return answer.wait_for(patience) == std::future_status::ready;
  }

  static Result<std::string> wait_for(std::future<Result<std::string>> answer) {
    if (!is_there(answer, 90s)) return fail(ErrorCode::internal, "no answer at all");
    return answer.get();
  }

  Result<std::string> ask(ForwardedCall asked) { return wait_for(send(std::move(asked))); }

  NodeId owner_;
  NodeId cut_;
  std::atomic<std::uint64_t> last_id_{0};
  std::atomic<int> calls_sent_{0};
  std::array<Node, 3> nodes_;
};

/// For calls that are to find nobody in time.
class ForwardingInVain : public Forwarding {
 protected:
  ForwardingInVain() : Forwarding(1s) {}
};

TEST_F(Forwarding, BringsACallToTheOwnerAndItsAnswerBack) {
  own(1);
  show(nodes_[0]);
  EXPECT_EQ(ask(call("a")).value(), "answer to a");
  EXPECT_THAT(nodes_[1].served, ElementsAre("a"));
}

TEST_F(Forwarding, FindsAnOwnerThatHasMoved) {
  own(1);
  show(nodes_[0]);
  nodes_[1].table.stop(kShard);
  own(2);
  EXPECT_EQ(ask(call("a", false)).value(), "answer to a");
  EXPECT_THAT(nodes_[2].served, ElementsAre("a"));
  EXPECT_GT(nodes_[0].doubts, 0);
}

TEST_F(Forwarding, GoesOnWhenTheOwnerLosesTheShardMeanwhile) {
  own(1);
  show(nodes_[0]);
  nodes_[1].loses_shard = true;
  nodes_[2].table.start({kShard, 5});
  owner_ = nodes_[2].id;
  EXPECT_EQ(ask(call("a", false)).value(), "answer to a");
}

TEST_F(ForwardingInVain, GivesUpWhenNobodyOwnsItInTime) {
  const auto answer = ask(call("a"));
  ASSERT_TRUE(answer.has_error());
  EXPECT_EQ(answer.error().code, ErrorCode::overloaded);
}

TEST_F(ForwardingInVain, DoesNotServeWithoutALease) {
  own(1);
  show(nodes_[0]);
  nodes_[1].table.extend_lease({});
  EXPECT_TRUE(ask(call("a")).has_error());
  EXPECT_TRUE(nodes_[1].served.empty());
}

TEST_F(ForwardingInVain, SendsNothingTwiceWhoseOutcomeIsUnknown) {
  own(1);
  show(nodes_[0]);
  nodes_[1].is_silent = true;
  const auto answer = ask(call("a", false));
  ASSERT_TRUE(answer.has_error());
  EXPECT_EQ(answer.error().code, ErrorCode::timed_out);
  EXPECT_EQ(calls_sent_, 1);
}

TEST_F(Forwarding, SendsToTheNextOwnerWhatMayBeRepeated) {
  own(1);
  show(nodes_[0]);
  nodes_[1].is_silent = true;
  own(2);
  EXPECT_EQ(ask(call("b")).value(), "answer to b");
  EXPECT_THAT(nodes_[2].served, ElementsAre("b"));
}

TEST_F(Forwarding, WhatWasNeverSentIsSentAgainWhateverItIs) {
  own(1);
  show(nodes_[0]);
  cut_ = nodes_[1].id;
  own(2);
  EXPECT_EQ(ask(call("a", false)).value(), "answer to a");
}

TEST_F(Forwarding, AnAttemptThatIsStillAtWorkAnswersTheNextOneToo) {
  own(1);
  show(nodes_[0]);
  nodes_[1].is_slow = true;
  auto answer = send(call("a"));
  for (int i = 0; i < 6000 && calls_sent_ < 2; ++i) std::this_thread::sleep_for(10ms);
  ASSERT_GE(calls_sent_, 2);
  EXPECT_FALSE(is_there(answer));
  ASSERT_EQ(nodes_[1].held.size(), 1U) << "the second attempt waits for the first";
  nodes_[1].held.front()({Verdict::done, {}, "done"});
  EXPECT_EQ(wait_for(std::move(answer)).value(), "done");
  EXPECT_EQ(ask(call("a")).value(), "done") << "one that comes later gets the same";
  EXPECT_EQ(nodes_[1].held.size(), 1U);
}

TEST_F(Forwarding, WhatWasHeldUpOnItsWayForTooLongIsNotDone) {
  own(1);
  show(nodes_[0]);
  nodes_[1].time_lost = 60s;
  const auto answer = ask(call("a", false));
  ASSERT_TRUE(answer.has_error());
  EXPECT_EQ(answer.error().code, ErrorCode::timed_out);
  EXPECT_TRUE(nodes_[1].served.empty());
}

TEST_F(Forwarding, OnlyWhoWasAskedCanAnswer) {
  own(1);
  show(nodes_[0]);
  nodes_[1].is_slow = true;
  auto answer = send(call("a"));
  ASSERT_EQ(nodes_[1].held.size(), 1U);
  const std::string foreign = encode(EnvelopeReply{Verdict::done, {}, "another's"});
  nodes_[0].forwarder->received(nodes_[2].id, last_id_, true, foreign);
  EXPECT_FALSE(is_there(answer));
  nodes_[1].held.front()({Verdict::done, {}, "done"});
  EXPECT_EQ(wait_for(std::move(answer)).value(), "done");
}

TEST_F(Forwarding, AskersOfALostNodeHearAtOnce) {
  own(1);
  show(nodes_[0]);
  nodes_[1].is_silent = true;
  auto answer = send(call("a", false));
  nodes_[0].forwarder->lost(nodes_[1].id);
  ASSERT_TRUE(is_there(answer));
  EXPECT_TRUE(answer.get().has_error());
}

TEST_F(Forwarding, TheOwnerDecidesWhetherTheUserMay) {
  own(1);
  show(nodes_[0]);
  nodes_[1].allowed = fail(ErrorCode::not_allowed);
  const auto answer = ask(call("a"));
  ASSERT_TRUE(answer.has_error());
  EXPECT_EQ(answer.error().code, ErrorCode::not_allowed);
  EXPECT_TRUE(nodes_[1].served.empty());
}

TEST(TransitMeter, KnowsNothingAtFirst) { EXPECT_EQ(TransitMeter().time_lost(5ms, 1h), 0ms); }

TEST(TransitMeter, TakesTheQuickestWayForTheDifferenceOfTheClocks) {
  TransitMeter meter;
  meter.note(0ms, 1h + 300ms);
  meter.note(1s, 1h + 1s + 20ms);
  meter.note(2s, 1h + 2s + 70ms);
  EXPECT_EQ(meter.time_lost(3s, 1h + 3s + 20ms), 0ms);
  EXPECT_EQ(meter.time_lost(3s, 1h + 8s + 20ms), 5s);
  EXPECT_EQ(meter.time_lost(3s, 1h + 3s), 0ms) << "quicker than ever";
}

TEST(TransitMeter, ForgetsTheClockOfBefore) {
  TransitMeter meter;
  for (Moment at = 0ms; at < 20s; at += 1s) meter.note(at, at);
  // The other machine has been frozen for a minute.
  for (Moment at = 20s; at < 35s; at += 1s) meter.note(at, at + 60s);
  EXPECT_EQ(meter.time_lost(35s, 95s + 10ms), 10ms);
}

TEST(EnvelopeForm, IsReadAsItWasWritten) {
  const Envelope sent{77, 123456789, 1500, call(std::string("b\0dy", 4))};
  const auto read = decode_envelope(encode(sent));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->epoch, 77);
  EXPECT_EQ(read->sent, 123456789);
  EXPECT_EQ(read->milliseconds, 1500U);
  EXPECT_EQ(read->call.shard, kShard);
  EXPECT_EQ(read->call.kind, 3);
  EXPECT_EQ(read->call.key, 42);
  EXPECT_EQ(read->call.user, storage::UserId{9});
  EXPECT_EQ(read->call.role, storage::Role::host);
  EXPECT_EQ(read->call.retry_key, "once");
  EXPECT_EQ(read->call.body, std::string("b\0dy", 4));

  const EnvelopeReply reply{Verdict::failed, fail(ErrorCode::throttled, "60"), "x"};
  const auto answer = decode_reply(encode(reply));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->verdict, Verdict::failed);
  EXPECT_EQ(answer->error, reply.error);
  EXPECT_EQ(answer->body, "x");
}

TEST(EnvelopeForm, IsFrozen) {
  ForwardedCall made = call("xy");
  const std::string bytes = encode(Envelope{1, 9, 2, made});
  const std::string expected(
      "\x01"
      "\x00\x07"
      "\0\0\0\0\0\0\0\x01"
      "\0\0\0\0\0\0\0\x09"
      "\0\0\0\x02"
      "\x00\x03"
      "\0\0\0\0\0\0\0\x2a"
      "\0\0\0\0\0\0\0\x09"
      "\x01"
      "\0\0\0\x04once"
      "\0\0\0\x02xy",
      56);
  EXPECT_EQ(bytes, expected);
}

TEST(EnvelopeForm, DamageIsNoticed) {
  const std::string envelope = encode(Envelope{77, 9, 1500, call("body")});
  const std::string reply = encode(EnvelopeReply{Verdict::done, {}, "body"});
  for (std::size_t size = 0; size < envelope.size(); ++size) {
    EXPECT_FALSE(decode_envelope(envelope.substr(0, size)).has_value()) << size;
  }
  for (std::size_t size = 0; size < reply.size(); ++size) {
    EXPECT_FALSE(decode_reply(reply.substr(0, size)).has_value()) << size;
  }
}

}  // namespace

}  // namespace confab::actors::cluster::test
