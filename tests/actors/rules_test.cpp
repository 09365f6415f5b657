#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actors/representation/json_text.hpp"
#include "actors/representation/resources.hpp"
#include "actors/rules/notification_id.hpp"
#include "actors/rules/operation_gate.hpp"
#include "actors/rules/thread_order.hpp"
#include "actors/user/retry_keys.hpp"

namespace confab::actors {
namespace {

using storage::ThreadNode;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using Kind = OperationGate::Kind;

/// Notes in which order operations start.
class Starts {
 public:
  OperationGate::Start note(std::string name) {
    return [this, name = std::move(name)] { names.push_back(name); };
  }
  std::vector<std::string> names;
};

TEST(OperationGate, LetsPostsRunTogetherAndOthersAlone) {
  OperationGate gate;
  Starts starts;
  gate.enter(Kind::post, {}, starts.note("post 1"));
  gate.enter(Kind::post, {}, starts.note("post 2"));
  gate.enter(Kind::exclusive, {}, starts.note("edit"));
  gate.enter(Kind::post, {}, starts.note("post 3"));
  EXPECT_THAT(starts.names, ElementsAre("post 1", "post 2"));
  gate.leave(Kind::post, {});
  EXPECT_THAT(starts.names, ElementsAre("post 1", "post 2"));
  gate.leave(Kind::post, {});
  EXPECT_THAT(starts.names, ElementsAre("post 1", "post 2", "edit"));
  gate.leave(Kind::exclusive, {});
  EXPECT_THAT(starts.names, ElementsAre("post 1", "post 2", "edit", "post 3"));
  EXPECT_FALSE(gate.idle());
  gate.leave(Kind::post, {});
  EXPECT_TRUE(gate.idle());
}

TEST(OperationGate, OneUsersReadStatesFollowEachOtherButDoNotHoldUpOthers) {
  OperationGate gate;
  Starts starts;
  gate.enter(Kind::read_state, UserId{1}, starts.note("alice"));
  gate.enter(Kind::read_state, UserId{2}, starts.note("bob"));
  gate.enter(Kind::read_state, UserId{1}, starts.note("alice again"));
  EXPECT_THAT(starts.names, ElementsAre("alice", "bob"));
  gate.leave(Kind::read_state, UserId{1});
  EXPECT_THAT(starts.names, ElementsAre("alice", "bob", "alice again"));
}

TEST(OperationGate, ForgetsEverythingWhenCleared) {
  OperationGate gate;
  Starts starts;
  gate.enter(Kind::exclusive, {}, starts.note("edit"));
  gate.enter(Kind::post, {}, starts.note("lost"));
  gate.clear();
  EXPECT_TRUE(gate.idle());
  gate.enter(Kind::post, {}, starts.note("post"));
  EXPECT_THAT(starts.names, ElementsAre("edit", "post"));
}

TEST(ThreadOrder, IsDepthFirstWithParentsBeforeChildrenAndOlderFirst) {
  std::vector<ThreadNode> nodes = {{Seq{1}, {}},     {Seq{5}, Seq{1}}, {Seq{2}, Seq{1}},
                                   {Seq{4}, Seq{2}}, {Seq{3}, Seq{2}}, {Seq{6}, Seq{5}}};
  EXPECT_THAT(thread_order(Seq{1}, nodes),
              ElementsAre(Seq{1}, Seq{2}, Seq{3}, Seq{4}, Seq{5}, Seq{6}));
  EXPECT_THAT(thread_order(Seq{2}, nodes), ElementsAre(Seq{2}, Seq{3}, Seq{4}));
  EXPECT_THAT(thread_order(Seq{6}, {{Seq{6}, Seq{5}}}), ElementsAre(Seq{6}));
}

TEST(NotificationId, LeadsBackForItsUserAndForNobodyElse) {
  storage::Uuid alice = storage::make_uuid4();
  storage::Uuid bob = storage::make_uuid4();
  MessageId message{storage::make_uuid7()};
  storage::Uuid for_alice = notification_id(message, alice);
  EXPECT_EQ(notified_message(for_alice, alice), message);
  EXPECT_NE(notified_message(for_alice, bob), message);
  EXPECT_NE(for_alice, message.value);
  EXPECT_NE(for_alice, notification_id(message, bob));
}

TEST(NotificationId, IsAVersionSevenUuidOfTheSameTime) {
  MessageId message{storage::make_uuid7()};
  storage::Uuid id = notification_id(message, storage::make_uuid4());
  EXPECT_EQ(id.bytes[6] >> 4, 7);
  EXPECT_EQ(id.bytes[8] >> 6, 2);
  EXPECT_TRUE(std::equal(id.bytes.begin(), id.bytes.begin() + 8, message.value.bytes.begin()));
}

TEST(RetryKeys, TellARunningRequestFromAnotherWithTheSameKey) {
  RetryKeys keys(std::chrono::seconds(45));
  Timestamp now = storage::now();
  EXPECT_TRUE(keys.claim({"k", "post a"}, now).has_value());
  EXPECT_EQ(keys.claim({"k", "post a"}, now).error().code, ErrorCode::idempotency_running);
  EXPECT_EQ(keys.claim({"k", "post b"}, now).error().code, ErrorCode::idempotency_mismatch);
  keys.release("k");
  EXPECT_TRUE(keys.claim({"k", "post b"}, now).has_value());
}

TEST(RetryKeys, AClaimThatNobodyGaveBackEnds) {
  RetryKeys keys(std::chrono::seconds(45));
  Timestamp now = storage::now();
  EXPECT_TRUE(keys.claim({"k", "f"}, now).has_value());
  EXPECT_EQ(keys.claim({"k", "f"}, now + std::chrono::seconds(44)).error().code,
            ErrorCode::idempotency_running);
  EXPECT_TRUE(keys.claim({"k", "f"}, now + std::chrono::seconds(45)).has_value());
}

TEST(JsonText, EscapesWhatJsonForbidsAndNothingElse) {
  std::string out;
  append_json(out, std::string_view("a\"b\\c\n\t\r\x01\x1f é ☕ </script>"));
  EXPECT_EQ(out, "\"a\\\"b\\\\c\\n\\t\\r\\u0001\\u001f é ☕ </script>\"");
}

TEST(JsonText, MendsWhatIsNotUtf8ByteByByte) {
  const auto json = [](std::string_view text) {
    std::string out = "before ";
    append_json(out, text);
    return out;
  };
  EXPECT_EQ(json("\xff"), "before \"\uFFFD\"");
  EXPECT_EQ(json("a\n\xc3(\"é\""), "before \"a\\n\uFFFD(\\\"é\\\"\"");
  EXPECT_EQ(json("☕\xe2\x98"), "before \"☕\uFFFD\uFFFD\"") << "cut short";
  EXPECT_EQ(json("\xed\xa0\x80!"), "before \"\uFFFD\uFFFD\uFFFD!\"") << "a surrogate";
  EXPECT_EQ(json("\xc0\xaf"), "before \"\uFFFD\uFFFD\"") << "too long a form";
}

TEST(UserJson, ShowsPrivateFieldsOnlyInFull) {
  storage::User user;
  user.email = "a@example.com";
  user.password_hash = "secret-hash";
  EXPECT_THAT(user_json(user, {}, true), testing::HasSubstr("a@example.com"));
  EXPECT_THAT(user_json(user, {}, false), testing::Not(testing::HasSubstr("example.com")));
  EXPECT_THAT(user_json(user, {}, true), testing::Not(testing::HasSubstr("secret-hash")));
}

}  // namespace
}  // namespace confab::actors
