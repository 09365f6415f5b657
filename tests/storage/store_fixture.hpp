#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/storage/databases.hpp"

namespace confab::storage::test {

/// The i-th second of the tests' time.
inline Timestamp at(int second) {
  return from_micros(1'750'000'000'000'000 + second * 1'000'000LL);
}

User make_user(const std::string& username);

/// A migrated database with one reader and one writer, and short ways to the usual changes.
class StoreFixture {
 public:
  explicit StoreFixture(Kind kind);

  /// Applies one change and expects it to succeed; gives its id.
  std::int64_t must(const Change& change);

  /// Applies one change; the code of its error, or no value if it succeeded.
  std::optional<ErrorCode> refusal(const Change& change);

  UserId add_user(const std::string& username);
  ConversationId add_conversation(const std::vector<UserId>& members);
  /// Sends the next message of the conversation, as far as this fixture has sent them all.
  Message post(ConversationId conversation, UserId sender, const std::string& content = "hello",
               const Message* parent = nullptr);
  Message next_message(ConversationId conversation, UserId sender, const std::string& content);

  ConversationSnapshot snapshot(ConversationId conversation, std::uint32_t newest = 20);
  /// All events for `user`.
  std::vector<Event> events(UserId user);
  EventPlace log_end() { return reader->log_bounds().value().end; }
  std::uint64_t rows(const std::string& table);

  std::unique_ptr<Database> database;
  std::unique_ptr<Store> store;
  std::unique_ptr<Reader> reader;
  std::unique_ptr<Writer> writer;
};

/// For TEST_P: everything is run on both databases.
class StoreTest : public testing::TestWithParam<Kind>, public StoreFixture {
 public:
  StoreTest() : StoreFixture(GetParam()) {}
};

/// "sqlite" or "postgres" after the test's name.
std::string kind_name(const testing::TestParamInfo<Kind>& info);

std::vector<Seq> seqs(std::initializer_list<std::uint32_t> values);
SeqSet seq_set(std::initializer_list<std::uint32_t> values);
std::vector<EventKind> kinds(const std::vector<Event>& events);

}  // namespace confab::storage::test

#define CONFAB_ON_BOTH_STORES(Suite)                                                               \
  INSTANTIATE_TEST_SUITE_P(                                                                        \
      Both, Suite,                                                                                 \
      testing::Values(confab::storage::test::Kind::sqlite, confab::storage::test::Kind::postgres), \
      confab::storage::test::kind_name)
