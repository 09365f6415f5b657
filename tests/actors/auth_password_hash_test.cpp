#include <string>
#include <vector>

#include <argon2.h>
#include <gtest/gtest.h>

#include "actors/auth/password_hash.hpp"

namespace {

thread_local std::vector<std::string> verified;

}  // namespace

/// Stands before the library's function of that name, to tell what is verified at its cost.
extern "C" int argon2id_verify(const char* encoded, const void* password, std::size_t size) {
  verified.emplace_back(encoded);
  return argon2_verify(encoded, password, size, Argon2_id);
}

namespace confab::actors {
namespace {

constexpr HashCost kCheap{64, 1};

std::string hash_of(const std::string& password, HashCost cost = kCheap) {
  const auto hash = PasswordHasher(cost).hash(password);
  EXPECT_TRUE(hash.has_value());
  return hash.has_value() ? hash.value() : std::string();
}

bool accepts(const std::string& password, const std::string& encoded) {
  const auto verdict = PasswordHasher(kCheap).verify(password, encoded);
  EXPECT_TRUE(verdict.has_value());
  return verdict.has_value() && verdict.value();
}

TEST(PasswordHash, AcceptsThePasswordItWasMadeFromAndNoOther) {
  const std::string encoded = hash_of("S3cure-pass-phrase");
  EXPECT_TRUE(accepts("S3cure-pass-phrase", encoded));
  EXPECT_FALSE(accepts("S3cure-pass-phras", encoded));
  EXPECT_FALSE(accepts("s3cure-pass-phrase", encoded));
  EXPECT_FALSE(accepts("", encoded));
}

TEST(PasswordHash, NamesArgon2idAndItsCost) {
  EXPECT_TRUE(hash_of("x", {128, 2}).starts_with("$argon2id$v=19$m=128,t=2,p=1$"));
}

TEST(PasswordHash, IsSaltedAnew) { EXPECT_NE(hash_of("twice"), hash_of("twice")); }

TEST(PasswordHash, CountsEveryByteOfAPassword) {
  const std::string with_nul("before\0after", 12);
  EXPECT_TRUE(accepts(with_nul, hash_of(with_nul)));
  EXPECT_FALSE(accepts("before", hash_of(with_nul)));
  const std::string longest(512, 'x');
  EXPECT_FALSE(accepts(longest.substr(1), hash_of(longest)));
}

TEST(PasswordHash, AcceptsNobodyWhereThereIsNoHash) {
  for (const char* encoded : {"", "!", "plain text", "$argon2id$v=19$m=64,t=1,p=1$",
                              "$argon2i$v=19$m=64,t=1,p=1$AAAA$AAAA"}) {
    EXPECT_FALSE(accepts("", encoded)) << encoded;
    EXPECT_FALSE(accepts("anything", encoded)) << encoded;
  }
}

TEST(PasswordHash, CostsAsMuchForNobodyAsForAWrongPassword) {
  const PasswordHasher hasher({128, 2});
  verified.clear();
  EXPECT_FALSE(hasher.verify("wrong", "").value());
  ASSERT_FALSE(verified.empty());
  const std::string& nobody = verified.back();
  EXPECT_FALSE(hasher.needs_rehash(nobody));
  EXPECT_EQ(nobody.size(), hash_of("right", {128, 2}).size());
}

TEST(PasswordHash, KnowsHashesOfAnotherCostAndStillAcceptsThem) {
  const PasswordHasher now({128, 1});
  const std::string older = hash_of("pass", kCheap);
  EXPECT_TRUE(now.needs_rehash(older));
  EXPECT_TRUE(now.needs_rehash(""));
  EXPECT_TRUE(now.verify("pass", older).value());
  EXPECT_FALSE(now.needs_rehash(now.hash("pass").value()));
}

TEST(PasswordHash, FailsAtAnImpossibleCostInsteadOfAcceptingOrCrashing) {
  const PasswordHasher hasher({1, 1});
  EXPECT_FALSE(hasher.hash("x").has_value());
  EXPECT_FALSE(hasher.verify("x", "").value());
}

}  // namespace
}  // namespace confab::actors
