#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "actors/auth/base64url.hpp"
#include "actors/auth/jwt.hpp"

namespace confab::actors {
namespace {

using std::chrono::seconds;

constexpr std::string_view kKey = "a key of sufficient length, known to this test only";
constexpr std::string_view kHeader = R"({"alg":"HS256","typ":"JWT"})";
constexpr std::string_view kLogin = "0198a5b1-0000-7000-8000-000000000001";
constexpr std::string_view kJti = "0198a5b1-0000-4000-8000-000000000002";
const Timestamp kNow{seconds{1'800'000'000}};

std::string encode(std::string_view text) {
  std::string out;
  append_base64url(out, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  return out;
}

std::string decode(std::string_view text) {
  return parse_base64url(text).value_or("not base64url");
}

std::string mac_of(std::string_view text, std::string_view key = kKey,
                   const EVP_MD* digest = EVP_sha256()) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned length = 0;
  HMAC(digest, key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac.data(), &length);
  return {reinterpret_cast<const char*>(mac.data()), length};
}

/// A token with any header and payload, signed with the right key unless another is given.
std::string signed_token(std::string_view header, std::string_view payload,
                         std::string_view key = kKey, const EVP_MD* digest = EVP_sha256()) {
  const std::string text = encode(header) + '.' + encode(payload);
  return text + '.' + encode(mac_of(text, key, digest));
}

Claims claims_of(TokenType type) {
  Claims claims;
  claims.type = type;
  claims.user = UserId{42};
  claims.login = storage::parse_uuid(kLogin).value();
  claims.jti = storage::parse_uuid(kJti).value();
  claims.epoch = 3;
  claims.issued_at = kNow;
  claims.expires_at = kNow + seconds{3600};
  return claims;
}

/// The payload of claims_of(access) with one member replaced, added, or (empty value) left out.
std::string payload_with(const std::string& name, const std::string& value) {
  std::vector<std::pair<std::string, std::string>> members{
      {"token_type", R"("access")"},
      {"exp", "1800003600"},
      {"iat", "1800000000"},
      {"jti", '"' + std::string(kJti) + '"'},
      {"user_id", "42"},
      {"login", '"' + std::string(kLogin) + '"'},
      {"epoch", "3"},
  };
  std::erase_if(members, [&name](const auto& member) { return member.first == name; });
  if (!value.empty()) members.emplace_back(name, value);
  std::string payload;
  for (const auto& [key, text] : members) {
    payload += (payload.empty() ? "{\"" : ",\"") + key + "\":" + text;
  }
  return payload + '}';
}

class Jwt : public testing::Test {
 protected:
  /// "ok", or the error's detail in angle brackets.
  std::string verdict(std::string_view token, Timestamp now = kNow) const {
    const auto claims = signer_.verify(token, TokenType::access, now);
    if (claims.has_value()) return "ok";
    EXPECT_EQ(claims.error().code, ErrorCode::token_invalid);
    return '<' + claims.error().detail + '>';
  }

  std::string token(TokenType type = TokenType::access) const {
    return signer_.sign(claims_of(type)).value();
  }

  TokenSigner signer_{kKey};
};

TEST_F(Jwt, GivesBackWhatWasSigned) {
  const auto claims = signer_.verify(token(), TokenType::access, kNow).value();
  EXPECT_EQ(claims.type, TokenType::access);
  EXPECT_EQ(claims.user, UserId{42});
  EXPECT_EQ(storage::to_string(claims.login), kLogin);
  EXPECT_EQ(storage::to_string(claims.jti), kJti);
  EXPECT_EQ(claims.epoch, 3);
  EXPECT_EQ(claims.issued_at, kNow);
  EXPECT_EQ(claims.expires_at, kNow + seconds{3600});
}

TEST_F(Jwt, IsWhatEveryOtherLibraryWouldMake) {
  EXPECT_EQ(token(), signed_token(kHeader, payload_with("", "")));
}

TEST_F(Jwt, LivesUntilItsLastSecondAndNotLonger) {
  EXPECT_EQ(verdict(token(), kNow + seconds{3600} - std::chrono::microseconds{1}), "ok");
  EXPECT_EQ(verdict(token(), kNow + seconds{3600}), "<expired>");
  EXPECT_EQ(verdict(token(), kNow + seconds{1'000'000}), "<expired>");
}

TEST_F(Jwt, IsOfOneKind) {
  const std::string refresh = token(TokenType::refresh);
  EXPECT_EQ(verdict(refresh), "<type>");
  EXPECT_EQ(verdict(refresh, kNow + seconds{3600}), "<expired>");
  EXPECT_TRUE(signer_.verify(refresh, TokenType::refresh, kNow).has_value());
  EXPECT_TRUE(signer_.verify(refresh, kNow).has_value());
  EXPECT_EQ(signer_.verify(token(), TokenType::refresh, kNow).error().detail, "type");
}

TEST_F(Jwt, MayCarryMoreThanIsRead) {
  EXPECT_EQ(verdict(signed_token(R"({"alg":"HS256"})", payload_with("", ""))), "ok");
  EXPECT_EQ(verdict(signed_token(R"({ "typ": "JWT", "alg": "HS256" })", payload_with("", ""))),
            "ok");
  EXPECT_EQ(verdict(signed_token(kHeader, payload_with("aud", R"("confab")"))), "ok");
  EXPECT_EQ(verdict(signed_token(kHeader, payload_with("nbf", "1800000000"))), "ok");
}

TEST_F(Jwt, OfANodeWhoseClockIsAheadIsGood) {
  EXPECT_EQ(verdict(token(), kNow - seconds{61}), "ok");
  EXPECT_EQ(verdict(token(), kNow - std::chrono::hours{1}), "ok");
}

TEST_F(Jwt, IsRefusedWhenItsTimeHasNotCome) {
  EXPECT_EQ(verdict(signed_token(kHeader, payload_with("nbf", "1800000059"))), "ok");
  EXPECT_EQ(verdict(signed_token(kHeader, payload_with("nbf", "1800000061"))), "<>");
  EXPECT_EQ(verdict(signed_token(kHeader, payload_with("nbf", R"("soon")"))), "<>");
}

TEST_F(Jwt, IsRefusedWithAnyOtherHeader) {
  const std::string payload = payload_with("", "");
  for (const char* header : {
           R"({"alg":"none","typ":"JWT"})",
           R"({"alg":"None"})",
           R"({"alg":"NONE"})",
           R"({"alg":"hs256"})",
           R"({"alg":"HS384","typ":"JWT"})",
           R"({"alg":"HS512","typ":"JWT"})",
           R"({"alg":"RS256","typ":"JWT"})",
           R"({"alg":"ES256","typ":"JWT"})",
           R"({"alg":"PS256","typ":"JWT"})",
           R"({"alg":"EdDSA","typ":"JWT"})",
           R"({"alg":""})",
           R"({"alg":null})",
           R"({"alg":256})",
           R"({"alg":["HS256"]})",
           R"({"alg":{"alg":"HS256"}})",
           R"({"typ":"JWT"})",
           R"({})",
           R"([])",
           R"("HS256")",
           R"({"alg":"HS256","alg":"none"})",
           R"({"alg":"none","alg":"HS256"})",
           R"({"alg":"HS256","typ":"JWE"})",
           R"({"alg":"HS256","typ":1})",
           R"({"alg":"HS256","jku":"http://127.0.0.1/keys"})",
           R"({"alg":"HS256","x5u":"http://127.0.0.1/cert"})",
           R"({"alg":"HS256","jwk":{"kty":"oct","k":"Z3Vlc3M"}})",
           R"({"alg":"HS256","jwk":"Z3Vlc3M"})",
           R"({"alg":"HS256","kid":"../../dev/null"})",
           R"({"alg":"HS256","x5c":"MII"})",
           R"({"alg":"HS256","typ":"JWT","crit":["exp"]})",
           R"({"alg":"HS256","typ":"JWT","zip":"DEF"})",
           R"({"alg":"HS256","cty":"JWT"})",
           R"({"\u0061lg":"HS256"})",
           R"({"alg":"HS256"}{"alg":"none"})",
           R"({"alg":"HS256",})",
           R"({"alg":"HS256")",
           R"({'alg':'HS256'})",
           "\xEF\xBB\xBF{\"alg\":\"HS256\"}",
           "x",
           "",
       }) {
    EXPECT_EQ(verdict(signed_token(header, payload)), "<>") << header;
  }
}

TEST_F(Jwt, IsRefusedWithAnotherSignature) {
  const std::string genuine = token();
  const std::string text = genuine.substr(0, genuine.rfind('.'));
  const std::string signature = genuine.substr(genuine.rfind('.') + 1);
  const std::string payload = payload_with("", "");
  const std::string flipped = (signature[0] == 'A' ? 'B' : 'A') + signature.substr(1);
  const std::vector<std::string> forged{
      text + '.',
      text + ".AAAA",
      text + '.' + flipped,
      text + '.' + signature.substr(0, 42),
      text + '.' + signature.substr(0, 39),
      text + '.' + signature + 'A',
      text + '.' + signature + signature,
      text + '.' + encode(std::string(32, '\0')),
      text + '.' + encode(mac_of(text).substr(0, 31)),
      text + '.' + encode(mac_of(text) + '\0'),
      text + '.' + encode(mac_of(text, kKey, EVP_sha512())),
      text + '.' + encode(mac_of(text, kKey, EVP_sha1())),
      signed_token(kHeader, payload, "guess"),
      signed_token(kHeader, payload, std::string(kKey) + 'x'),
      signed_token(kHeader, payload, kKey.substr(1)),
      signed_token(R"({"alg":"HS512"})", payload, kKey, EVP_sha512()),
      encode(kHeader) + '.' + encode(payload_with("user_id", "1")) + '.' + signature,
      encode(kHeader) + '.' + encode(payload_with("exp", "1900000000")) + '.' + signature,
      encode(R"({"alg":"none"})") + '.' + encode(payload) + '.',
      encode(R"({"alg":"HS256"})") + '.' + encode(payload) + '.' + signature,
  };
  for (const std::string& each : forged) EXPECT_EQ(verdict(each), "<>") << each;
}

TEST_F(Jwt, IsRefusedInAnyOtherSpelling) {
  const std::string genuine = token();
  const std::size_t dot = genuine.find('.');
  std::string noncanonical = genuine;  // the last character holds two bits that mean nothing
  noncanonical.back() = static_cast<char>(noncanonical.back() + 1);
  std::string standard = genuine;
  for (char& c : standard) c = c == '-' ? '+' : c == '_' ? '/' : c;
  const std::vector<std::string> forged{
      "",
      ".",
      "..",
      "...",
      "not.a.token",
      genuine.substr(0, genuine.rfind('.')),
      genuine + '.',
      genuine + ".x",
      '.' + genuine,
      genuine + '=',
      genuine + ' ',
      ' ' + genuine,
      genuine + '\n',
      genuine + std::string(1, '\0'),
      "Bearer " + genuine,
      noncanonical,
      genuine.substr(0, dot) + '=' + genuine.substr(dot),
      genuine.substr(0, dot) + ".." + genuine.substr(dot + 1),
      std::string(100'000, 'A'),
      std::string(100'000, '.'),
      signed_token(kHeader, payload_with("aud", '"' + std::string(2048, 'x') + '"')),
  };
  for (const std::string& each : forged) EXPECT_EQ(verdict(each), "<>") << each.substr(0, 400);
  EXPECT_TRUE(standard == genuine || verdict(standard) == "<>");
}

TEST_F(Jwt, IsRefusedWithImpossibleClaimsEvenIfSigned) {
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
           {"exp", ""},
           {"exp", R"("1900000000")"},
           {"exp", "-1"},
           {"exp", "1.9e9"},
           {"exp", "1900000000.5"},
           {"exp", "99999999999999999999"},
           {"exp", "9223372036854775807"},
           {"exp", "null"},
           {"iat", ""},
           {"iat", "true"},
           {"iat", "-1"},
           {"token_type", ""},
           {"token_type", R"("session")"},
           {"token_type", "1"},
           {"user_id", ""},
           {"user_id", "0"},
           {"user_id", "-42"},
           {"user_id", "042"},
           {"user_id", R"("42")"},
           {"user_id", "[42]"},
           {"jti", ""},
           {"jti", R"("x")"},
           {"jti", R"("00000000-0000-0000-0000-000000000000")"},
           {"login", ""},
           {"login", "7"},
           {"epoch", ""},
           {"epoch", "-1"},
           {"extra", R"({"deep":1})"},
           {"extra", R"("a\u0041")"},
           {"user_id\":1,\"user_id", "42"},
       }) {
    EXPECT_EQ(verdict(signed_token(kHeader, payload_with(name, value))), "<>") << name << value;
  }
  for (const char* payload : {"", "x", "[]", "{}", "null", "{\"exp\":1", "{{{{{{{{"}) {
    EXPECT_EQ(verdict(signed_token(kHeader, payload)), "<>") << payload;
  }
}

TEST_F(Jwt, IsNeverAcceptedWithASingleBitChanged) {
  const std::string genuine = token();
  for (std::size_t i = 0; i < genuine.size(); ++i) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string changed = genuine;
      changed[i] = static_cast<char>(static_cast<unsigned char>(changed[i]) ^ (1U << bit));
      ASSERT_NE(verdict(changed), "ok") << i << '/' << bit;
    }
  }
}

TEST_F(Jwt, MayBeCheckedByManyThreadsAtOnce) {
  const std::string genuine = token();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this, &genuine] {
      for (int n = 0; n < 500; ++n) EXPECT_EQ(verdict(genuine), "ok");
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(Base64Url, HasOneSpellingForEachText) {
  EXPECT_EQ(encode(""), "");
  EXPECT_EQ(encode("f"), "Zg");
  EXPECT_EQ(encode("fo"), "Zm8");
  EXPECT_EQ(encode("foo"), "Zm9v");
  EXPECT_EQ(encode("\xfb\xff\xfe"), "-__-");
  EXPECT_EQ(decode("-__-"), "\xfb\xff\xfe");
  EXPECT_EQ(decode("Zm8"), "fo");
  for (const char* text : {"Zh", "Zm9", "A", "AAAAA", "Zg==", "+//+", "Z g", "Zg\n"}) {
    EXPECT_FALSE(parse_base64url(text)) << text;
  }
}

}  // namespace
}  // namespace confab::actors
