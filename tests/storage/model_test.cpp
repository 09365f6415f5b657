#include <algorithm>
#include <thread>
#include <unordered_set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/model/error.hpp"
#include "storage/model/seq_set.hpp"
#include "storage/model/time.hpp"
#include "storage/model/uuid.hpp"
#include "storage/model/uuid_clock.hpp"

namespace confab::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Uuid, version7GrowsBeyondOneThatAClockAheadHasMade) {
  Uuid ahead = make_uuid7();
  std::uint64_t millis = 30'000;
  for (std::size_t i = 0; i < 6; ++i) millis += std::uint64_t{ahead.bytes[i]} << (40 - 8 * i);
  for (std::size_t i = 0; i < 6; ++i) {
    ahead.bytes[i] = static_cast<std::uint8_t>(millis >> (40 - 8 * i));
  }
  ahead.bytes[7] = 0;  // its millisecond has further ticks
  make_uuid7_after(ahead);
  const Uuid next = make_uuid7();
  EXPECT_TRUE(std::equal(ahead.bytes.begin(), ahead.bytes.begin() + 6, next.bytes.begin()));
  EXPECT_LT(ahead, next);
  Uuid other = make_uuid4();
  other.bytes[0] = 0xff;
  make_uuid7_after(other);
  EXPECT_NE(make_uuid7().bytes[0], 0xff) << "only ids with a time count";
}

TEST(Uuid, version7GrowsWithinAProcess) {
  Uuid previous = make_uuid7();
  for (int i = 0; i < 100'000; ++i) {
    const Uuid next = make_uuid7();
    ASSERT_LT(previous, next);
    previous = next;
  }
}

TEST(Uuid, version7BearsTheTimeVersionAndVariant) {
  const auto before = std::chrono::duration_cast<std::chrono::milliseconds>(
                          std::chrono::system_clock::now().time_since_epoch())
                          .count();
  const Uuid uuid = make_uuid7();
  std::int64_t millis = 0;
  for (int i = 0; i < 6; ++i) millis = millis << 8 | uuid.bytes[static_cast<std::size_t>(i)];
  EXPECT_GE(millis, before);
  EXPECT_LE(millis, before + 60'000);
  EXPECT_EQ(uuid.bytes[6] >> 4, 7);
  EXPECT_EQ(uuid.bytes[8] >> 6, 2);
}

TEST(Uuid, threadsNeverShareATick) {
  constexpr std::size_t kEach = 20'000;
  std::vector<std::vector<Uuid>> made(4);
  std::vector<std::thread> threads;
  for (auto& list : made) {
    threads.emplace_back([&list] {
      for (std::size_t i = 0; i < kEach; ++i) list.push_back(make_uuid7());
    });
  }
  for (auto& thread : threads) thread.join();
  std::unordered_set<std::string> ticks;
  for (const auto& list : made) {
    for (const Uuid& uuid : list) {
      ticks.emplace(reinterpret_cast<const char*>(uuid.bytes.data()), 8);
    }
  }
  EXPECT_EQ(ticks.size(), kEach * made.size());
}

TEST(Uuid, version4BearsVersionAndVariant) {
  const Uuid uuid = make_uuid4();
  EXPECT_EQ(uuid.bytes[6] >> 4, 4);
  EXPECT_EQ(uuid.bytes[8] >> 6, 2);
  EXPECT_NE(uuid, make_uuid4());
}

TEST(Uuid, isReadBackFromItsText) {
  const Uuid uuid = make_uuid7();
  EXPECT_EQ(parse_uuid(to_string(uuid)), uuid);
  EXPECT_EQ(to_string(*parse_uuid("550E8400e29b41d4a716446655440000")),
            "550e8400-e29b-41d4-a716-446655440000");
}

TEST(Uuid, refusesAnyOtherForm) {
  for (const char* text :
       {"", "550e8400", "550e8400-e29b-41d4-a716-44665544000",
        "550e8400-e29b-41d4-a716-4466554400000", "550e8400_e29b_41d4_a716_446655440000",
        "{550e8400-e29b-41d4-a716-446655440000}", "550e8400-e29b-41d4-a716-44665544000g",
        "550e8400e29b-41d4-a716-4466-55440000"}) {
    EXPECT_FALSE(parse_uuid(text)) << text;
  }
}

TEST(Time, isWrittenWithMicroseconds) {
  EXPECT_EQ(to_string(from_micros(1'753'869'600'000'042)), "2025-07-30T10:00:00.000042Z");
  EXPECT_EQ(to_string(from_micros(0)), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(to_string(from_micros(-1)), "1969-12-31T23:59:59.999999Z");
}

TEST(Time, isReadWithAnyOffset) {
  const Timestamp time = from_micros(1'753'869'600'000'000);
  for (const char* text : {"2025-07-30T10:00:00Z", "2025-07-30t10:00:00z", "2025-07-30 10:00:00Z",
                           "2025-07-30T12:00:00+02:00", "2025-07-30T04:30:00-05:30",
                           "2025-07-30T10:00:00.000000000Z", "2025-07-30T10:00:00.0-00:00"}) {
    EXPECT_EQ(parse_time(text), time) << text;
  }
  EXPECT_EQ(parse_time("2025-07-30T10:00:00.123456789Z"), time + std::chrono::microseconds(123456));
}

TEST(Time, aPlainDateIsMidnight) {
  EXPECT_EQ(to_string(*parse_time("2024-02-29")), "2024-02-29T00:00:00.000000Z");
}

TEST(Time, refusesWhatIsNoTime) {
  for (const char* text : {"",
                           "now",
                           "2025",
                           "2025-7-30",
                           "2025-02-29",
                           "2025-13-01",
                           "2025-07-30T",
                           "2025-07-30T10:00Z",
                           "2025-07-30T24:00:00Z",
                           "2025-07-30T10:60:00Z",
                           "2025-07-30T10:00:60Z",
                           "2025-07-30T10:00:00",
                           "2025-07-30T10:00:00.Z",
                           "2025-07-30T10:00:00.1234567890Z",
                           "2025-07-30T10:00:00+0200",
                           "2025-07-30T10:00:00+24:00",
                           "2025-07-30T10:00:00Zx",
                           "0000-01-01",
                           "0001-01-01T00:00:00+01:00",
                           "9999-12-31T23:59:59-01:00"}) {
    EXPECT_FALSE(parse_time(text)) << text;
  }
}

TEST(Time, roundTrips) {
  const Timestamp time = now();
  EXPECT_EQ(parse_time(to_string(time)), time);
}

TEST(ErrorCode, eachHasANameAndASentence) {
  for (int i = 0; i <= static_cast<int>(ErrorCode::internal); ++i) {
    const auto code = static_cast<ErrorCode>(i);
    EXPECT_FALSE(to_string(code).empty());
    EXPECT_TRUE(describe(code).ends_with('.'));
  }
  EXPECT_EQ(to_string(ErrorCode::not_found), "not_found");
  EXPECT_EQ(to_string(ErrorCode::token_blacklisted), "token_blacklisted");
  EXPECT_EQ(to_string(ErrorCode::internal), "internal");
}

SeqSet scattered() {
  SeqSet set;
  for (std::uint32_t i = 1; i < 200'000; i += i % 7 + 1) set.add(Seq{i});
  return set;
}

TEST(SeqSet, survivesStorage) {
  for (const SeqSet& set :
       {SeqSet{}, SeqSet::up_to(Seq{1}), SeqSet::up_to(Seq{1'000'000}), scattered()}) {
    EXPECT_EQ(SeqSet::parse(set.bytes()), set);
  }
  EXPECT_EQ(SeqSet{}.bytes(), "");
  EXPECT_LT(SeqSet::up_to(Seq{60'000}).bytes().size(), 32U);
}

TEST(SeqSet, noticesDamage) {
  const std::string bytes = scattered().bytes();
  for (std::size_t i = 0; i < bytes.size(); i += 101) {
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x40);
    EXPECT_FALSE(SeqSet::parse(damaged)) << i;
  }
  EXPECT_FALSE(SeqSet::parse(bytes.substr(0, bytes.size() - 1)));
  EXPECT_FALSE(SeqSet::parse(bytes + '\0'));
  EXPECT_FALSE(SeqSet::parse("x"));
  EXPECT_FALSE(SeqSet::parse("rubbish of some length"));
}

TEST(SeqSet, givesTheNewestInPages) {
  const SeqSet set = scattered();
  std::vector<Seq> expected = set.to_vector();
  std::reverse(expected.begin(), expected.end());
  for (std::size_t offset = 0; offset < expected.size(); offset += 9973) {
    const std::size_t length = std::min<std::size_t>(20, expected.size() - offset);
    const auto begin = expected.begin() + static_cast<std::ptrdiff_t>(offset);
    const std::vector<Seq> page(begin, begin + static_cast<std::ptrdiff_t>(length));
    EXPECT_EQ(set.newest(offset, 20), page);
    EXPECT_EQ(set.newest_before(Seq{page.front().value + 1}, 20), page);
  }
  EXPECT_THAT(set.newest(set.size(), 5), IsEmpty());
  EXPECT_THAT(set.newest_before(Seq{1}, 5), IsEmpty());
  EXPECT_THAT(set.newest_before(Seq{0}, 5), IsEmpty());
  EXPECT_THAT(set.between(Seq{0}, Seq{0}), IsEmpty());
  EXPECT_THAT(SeqSet{}.newest(0, 5), IsEmpty());
  EXPECT_EQ(set.newest_before(Seq{4'000'000'000}, 1).front(), set.max());
}

TEST(SeqSet, isASet) {
  SeqSet set = SeqSet::up_to(Seq{10});
  set.remove(Seq{4});
  EXPECT_EQ(set.size(), 9U);
  EXPECT_EQ(set.rank(Seq{5}), 4U);
  EXPECT_FALSE(set.contains(Seq{4}));
  EXPECT_EQ(set.shared_with(SeqSet::up_to(Seq{5})), 4U);
  set.remove_up_to(Seq{8});
  EXPECT_THAT(set.to_vector(), ElementsAre(Seq{9}, Seq{10}));
  set.remove_up_to(Seq{0});
  EXPECT_EQ((set | SeqSet::up_to(Seq{1})).size(), 3U);
  EXPECT_EQ((set & SeqSet::up_to(Seq{9})).size(), 1U);
  EXPECT_EQ((set - SeqSet::up_to(Seq{9})).max(), Seq{10});
  EXPECT_EQ(SeqSet{}.max(), Seq{});
}

}  // namespace
}  // namespace confab::storage
