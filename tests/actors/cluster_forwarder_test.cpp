#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actors/cluster/envelope.hpp"
#include "actors/cluster/forwarder.hpp"

namespace confab::actors::cluster::test {

namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

constexpr ShardIndex kShard = 7;

NodeId node(std::uint8_t number) {
  storage::Uuid uuid;
  uuid.bytes[15] = number;
  return NodeId{uuid};
}

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
    Result<bool> allowed = true;
    std::unique_ptr<Forwarder> forwarder;
  };

  Forwarding() {
    for (std::uint8_t i = 0; i < 3; ++i) {
      nodes_[i].id = node(i + 1);
      nodes_[i].table.extend_lease(boot_time() + 1h);
      nodes_[i].forwarder = std::make_unique<Forwarder>(
          nodes_[i].id, nodes_[i].table, hooks(nodes_[i]), ForwarderTimes{400ms, 100ms, 5ms});
    }
  }

  ForwarderHooks hooks(Node& self) {
    ForwarderHooks made;
    made.send = [this, &self](NodeId to, std::uint64_t id, bool is_reply, std::string_view bytes) {
      for (Node& other : nodes_) {
        if (other.id != to || cut_ == to) continue;
        other.forwarder->received(self.id, id, is_reply, std::string(bytes));
        return true;
      }
      return false;
    };
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

  Result<std::string> ask(ForwardedCall asked) {
    std::mutex mutex;
    std::condition_variable there;
    std::optional<Result<std::string>> answer;
    nodes_[0].forwarder->forward(std::move(asked), [&](Result<std::string> result) {
      std::lock_guard lock(mutex);
      answer = std::move(result);
      there.notify_one();
    });
    std::unique_lock lock(mutex);
    there.wait_for(lock, 20s, [&] { return answer.has_value(); });
    return answer.value_or(fail(ErrorCode::internal, "no answer at all"));
  }

  std::array<Node, 3> nodes_;
  NodeId owner_;
  NodeId cut_;
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

TEST_F(Forwarding, GivesUpWhenNobodyOwnsItInTime) {
  const auto answer = ask(call("a"));
  ASSERT_TRUE(answer.has_error());
  EXPECT_EQ(answer.error().code, ErrorCode::overloaded);
}

TEST_F(Forwarding, DoesNotServeWithoutALease) {
  own(1);
  show(nodes_[0]);
  nodes_[1].table.extend_lease({});
  EXPECT_TRUE(ask(call("a")).has_error());
  EXPECT_TRUE(nodes_[1].served.empty());
}

TEST_F(Forwarding, SendsNothingTwiceWhoseOutcomeIsUnknown) {
  own(1);
  show(nodes_[0]);
  nodes_[1].is_silent = true;
  const auto answer = ask(call("a", false));
  ASSERT_TRUE(answer.has_error());
  EXPECT_EQ(answer.error().code, ErrorCode::timed_out);
  // What may be repeated finds the next owner.
  nodes_[1].table.stop(kShard);
  own(2);
  EXPECT_EQ(ask(call("b")).value(), "answer to b");
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
  std::optional<Result<std::string>> answer;
  nodes_[0].forwarder->forward(call("a"), [&](Result<std::string> result) { answer = result; });
  std::this_thread::sleep_for(150ms);
  EXPECT_FALSE(answer.has_value());
  ASSERT_EQ(nodes_[1].held.size(), 1U) << "the second attempt waits for the first";
  nodes_[1].held.front()({Verdict::done, {}, "done"});
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->value(), "done");
  EXPECT_EQ(ask(call("a")).value(), "done") << "one that comes later gets the same";
  EXPECT_EQ(nodes_[1].held.size(), 1U);
}

TEST_F(Forwarding, AskersOfALostNodeHearAtOnce) {
  own(1);
  show(nodes_[0]);
  nodes_[1].is_silent = true;
  std::optional<Result<std::string>> answer;
  nodes_[0].forwarder->forward(call("a", false),
                               [&](Result<std::string> result) { answer = std::move(result); });
  nodes_[0].forwarder->lost(nodes_[1].id);
  ASSERT_TRUE(answer.has_value());
  EXPECT_TRUE(answer->has_error());
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

TEST(EnvelopeForm, IsReadAsItWasWritten) {
  const Envelope sent{77, 1500, call(std::string("b\0dy", 4))};
  const auto read = decode_envelope(encode(sent));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->epoch, 77);
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
  const std::string bytes = encode(Envelope{1, 2, made});
  const std::string expected(
      "\x01"
      "\x00\x07"
      "\0\0\0\0\0\0\0\x01"
      "\0\0\0\x02"
      "\x00\x03"
      "\0\0\0\0\0\0\0\x2a"
      "\0\0\0\0\0\0\0\x09"
      "\x01"
      "\0\0\0\x04once"
      "\0\0\0\x02xy",
      48);
  EXPECT_EQ(bytes, expected);
}

TEST(EnvelopeForm, DamageIsNoticed) {
  const std::string envelope = encode(Envelope{77, 1500, call("body")});
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
