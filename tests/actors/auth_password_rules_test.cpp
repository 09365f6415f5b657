#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "actors/auth/password_rules.hpp"

namespace confab::actors {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

constexpr auto kShort = "This password is too short. It must contain at least 8 characters.";
constexpr auto kCommon = "This password is too common.";
constexpr auto kNumeric = "This password is entirely numeric.";
constexpr auto kLikeUsername = "The password is too similar to the username.";
constexpr auto kLikeEmail = "The password is too similar to the email address.";
constexpr auto kLong = "Ensure this field has no more than 128 characters.";

std::vector<std::string> check(const std::string& password) {
  return check_password(password, "marguerite", "m.durand@example.com");
}

TEST(PasswordRules, AcceptWhatIsLongAndUnusual) {
  for (const char* password :
       {"S3cure-pass-phrase", "An0ther-pass-phrase", "x7Qp-9z!", "correct horse battery",
        "пароль-довольно-длинный", "ωκεανός-βαθύς", "雨夜読書三昧静寂閑", "tr0ub4dor&3x",
        "🐙🦊🐼🐸🦉🐝🐢🦀", "    spaces count too"}) {
    EXPECT_THAT(check(password), IsEmpty()) << password;
  }
}

TEST(PasswordRules, NameEverythingThatIsWrongInDjangosOrder) {
  EXPECT_THAT(check("123"), ElementsAre(kShort, kCommon, kNumeric));
  EXPECT_THAT(check_password("alice", "alice", "alice@example.com"),
              ElementsAre(kLikeUsername, kLikeEmail, kShort));
}

TEST(PasswordRules, CountCodePointsNotBytes) {
  EXPECT_THAT(check("ёжжкъьэ"), Contains(kShort));
  EXPECT_THAT(check("ёжикъьэю"), Not(Contains(kShort)));
  EXPECT_THAT(check("🐙🦊🐼🐸🦉🐝🐢"), ElementsAre(kShort));
  const std::string start = "A long one: ";
  std::string longest = start;
  for (std::size_t i = start.size(); i < 128; ++i)
    longest += i % 3 == 0 ? "é" : i % 3 == 1 ? "x" : "中";
  EXPECT_THAT(check(longest), IsEmpty());
  EXPECT_THAT(check(longest + "é"), ElementsAre(kLong));
}

TEST(PasswordRules, RefuseCommonOnesInAnyDisguise) {
  for (const char* password :
       {"password", "Password1",  "P@ssw0rd",  "p455w0rd!", "passwort99", "123password",
        "letme1n!", "qwertyuiop", "qwerty123", "asdf1234",  "1q2w3e4r5t", "1qaz2wsx",
        "zxcvbnm1", "87654321",   "abcdefgh",  "abc12345",  "aaaaaaaa",   "abababab",
        "12341234", "abcabcabc",  "11112222",  "iloveyou",  "trustno1",   "welcome2024",
        "ADMIN123", "йцукенгш",   "Пароль12"}) {
    EXPECT_THAT(check(password), Contains(kCommon)) << password;
  }
}

TEST(PasswordRules, RefuseDigitsOfAnyScriptAlone) {
  for (const char* password : {"93847562910", "٩٣٨٤٧٥٦٢٩١", "९३८४७५६२९१", "９３８４７５６２９１"}) {
    EXPECT_THAT(check(password), Contains(kNumeric)) << password;
  }
  EXPECT_THAT(check("9384756x2910"), IsEmpty());
}

TEST(PasswordRules, RefuseWhatIsLikeTheNameOrTheAddress) {
  EXPECT_THAT(check("marguerite"), ElementsAre(kLikeUsername));
  EXPECT_THAT(check("Marguerite1"), ElementsAre(kLikeUsername));
  EXPECT_THAT(check("etireugram7"), ElementsAre(kLikeUsername));
  EXPECT_THAT(check("m.durand@example"), ElementsAre(kLikeEmail));
  EXPECT_THAT(check("durand-and-no-other"), IsEmpty());
  EXPECT_THAT(check_password("Екатерина1", "екатерина", ""), ElementsAre(kLikeUsername));
  EXPECT_THAT(check_password("rather-unlike-it", "", ""), IsEmpty());
}

TEST(PasswordRules, RefuseNulAndSurviveBytesThatAreNotUtf8) {
  EXPECT_THAT(check(std::string("nul\0in-the-middle", 17)),
              ElementsAre("Null characters are not allowed."));
  EXPECT_THAT(check("\xff\xfe\xc3(\xe2\x82"), Contains(kShort));
  EXPECT_THAT(check("\xf4\x90\x80\x80 beyond"), IsEmpty());
  EXPECT_THAT(check(""), Contains(kShort));
}

}  // namespace
}  // namespace confab::actors
