#include "actors/auth/jwt.hpp"

#include <chrono>
#include <cstddef>
#include <iterator>
#include <span>
#include <stdexcept>

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "actors/auth/base64url.hpp"
#include "actors/auth/flat_json.hpp"

namespace confab::actors {

namespace {

constexpr std::size_t kLongestToken = 2048;
constexpr std::string_view kHeader = R"({"alg":"HS256","typ":"JWT"})";

// Whoever else holds the key, and says when a token begins, may have a clock that is a little
// ahead.
constexpr std::chrono::seconds kClockSkew{60};

// The last second of the year 9999: later moments do not fit a Timestamp's text.
constexpr std::int64_t kLastSecond = 253402300799;

struct FreeMac {
  void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};
using MacContext = std::unique_ptr<EVP_MAC_CTX, FreeMac>;

std::string encode(std::string_view text) {
  std::string out;
  append_base64url(out, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  return out;
}

const std::string& encoded_header() {
  static const std::string header = encode(kHeader);
  return header;
}

Error invalid(std::string detail = {}) { return fail(ErrorCode::token_invalid, std::move(detail)); }

std::string_view to_text(TokenType type) {
  return type == TokenType::access ? "access" : "refresh";
}

std::optional<TokenType> to_type(std::string_view text) {
  if (text == "access") return TokenType::access;
  if (text == "refresh") return TokenType::refresh;
  return std::nullopt;
}

std::int64_t to_seconds(Timestamp time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

std::optional<Timestamp> time_of(const FlatObject& object, std::string_view name) {
  const auto seconds = integer_of(object, name);
  if (!seconds || *seconds < 0 || *seconds > kLastSecond) return std::nullopt;
  return Timestamp{std::chrono::seconds{*seconds}};
}

std::optional<Uuid> uuid_of(const FlatObject& object, std::string_view name) {
  const auto text = text_of(object, name);
  const auto uuid = text ? storage::parse_uuid(*text) : std::nullopt;
  return uuid && *uuid ? uuid : std::nullopt;
}

struct Parts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
  std::string_view signed_text;  ///< header and payload with the dot between them
};

std::optional<Parts> split(std::string_view token) {
  if (token.size() > kLongestToken) return std::nullopt;
  const std::size_t first = token.find('.');
  if (first == token.npos) return std::nullopt;
  const std::size_t second = token.find('.', first + 1);
  if (second == token.npos || token.find('.', second + 1) != token.npos) return std::nullopt;
  return Parts{token.substr(0, first), token.substr(first + 1, second - first - 1),
               token.substr(second + 1), token.substr(0, second)};
}

/// True for HS256 alone: a header that names keys, extensions or anything else is refused whole.
bool is_acceptable(std::string_view header) {
  if (header == encoded_header()) return true;
  const auto bytes = parse_base64url(header);
  const auto object = bytes ? read_flat_json(*bytes) : std::nullopt;
  if (!object || text_of(*object, "alg") != "HS256") return false;
  const bool has_type = text_of(*object, "typ") == "JWT";
  return object->size() == (has_type ? 2U : 1U);
}

std::optional<Claims> read_claims(const FlatObject& object) {
  const auto type_name = text_of(object, "token_type");
  const auto type = type_name ? to_type(*type_name) : std::nullopt;
  const auto user = integer_of(object, "user_id");
  const auto login = uuid_of(object, "login");
  const auto jti = uuid_of(object, "jti");
  const auto epoch = integer_of(object, "epoch");
  const auto issued_at = time_of(object, "iat");
  const auto expires_at = time_of(object, "exp");
  const bool complete =
      type && user && *user > 0 && login && jti && epoch && *epoch >= 0 && issued_at && expires_at;
  if (!complete) return std::nullopt;
  return Claims{*type, UserId{*user}, *login, *jti, *epoch, *issued_at, *expires_at};
}

bool has_member(const FlatObject& object, std::string_view name) {
  return text_of(object, name) || integer_of(object, name);
}

/// Whether the token's time has come, as far as it says. Ours do not say, and when they were issued
/// is no matter: that is the time of another node, whose clock may be far ahead.
bool has_begun(const FlatObject& object, Timestamp now) {
  if (!has_member(object, "nbf")) return true;
  const auto not_before = time_of(object, "nbf");
  return not_before && *not_before <= now + kClockSkew;
}

}  // namespace

struct TokenSigner::Prepared {
  std::unique_ptr<EVP_MAC, FreeMac> algorithm;
  MacContext keyed;  ///< copied for each use, never used itself
};

TokenSigner::TokenSigner(std::string_view key) : prepared_(std::make_unique<Prepared>()) {
  prepared_->algorithm.reset(EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr));
  prepared_->keyed.reset(EVP_MAC_CTX_new(prepared_->algorithm.get()));
  std::string digest = "SHA256";
  const std::array<OSSL_PARAM, 2> parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), digest.size()),
      OSSL_PARAM_construct_end()};
  const auto* bytes = reinterpret_cast<const unsigned char*>(key.data());
  if (!prepared_->keyed ||
      EVP_MAC_init(prepared_->keyed.get(), bytes, key.size(), parameters.data()) != 1) {
    throw std::runtime_error("OpenSSL cannot prepare HMAC-SHA-256");
  }
}

TokenSigner::~TokenSigner() = default;

std::optional<TokenSigner::Mac> TokenSigner::authenticate(std::string_view text) const {
  const MacContext context(EVP_MAC_CTX_dup(prepared_->keyed.get()));
  if (!context) return std::nullopt;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  Mac mac{};
  std::size_t length = 0;
  if (EVP_MAC_update(context.get(), bytes, text.size()) != 1) return std::nullopt;
  if (EVP_MAC_final(context.get(), mac.data(), &length, mac.size()) != 1) return std::nullopt;
  return length == mac.size() ? std::optional(mac) : std::nullopt;
}

bool TokenSigner::is_signed(std::string_view text, std::string_view signature) const {
  const auto given = parse_base64url(signature);
  if (!given || given->size() != Mac{}.size()) return false;
  const auto expected = authenticate(text);
  return expected && CRYPTO_memcmp(expected->data(), given->data(), expected->size()) == 0;
}

Result<std::string> TokenSigner::sign(const Claims& claims) const {
  fmt::memory_buffer payload;
  fmt::format_to(std::back_inserter(payload),
                 R"({{"token_type":"{}","exp":{},"iat":{},"jti":"{}","user_id":{},"login":"{}",)"
                 R"("epoch":{}}})",
                 to_text(claims.type), to_seconds(claims.expires_at), to_seconds(claims.issued_at),
                 storage::to_string(claims.jti), claims.user.value,
                 storage::to_string(claims.login), claims.epoch);
  std::string token = encoded_header();
  token += '.';
  token += encode({payload.data(), payload.size()});
  const auto mac = authenticate(token);
  if (!mac) return fail(ErrorCode::internal, "OpenSSL could not sign a token");
  token += '.';
  append_base64url(token, *mac);
  return token;
}

Result<Claims> TokenSigner::verify(std::string_view token, Timestamp now) const {
  const auto parts = split(token);
  if (!parts || !is_acceptable(parts->header)) return invalid();
  if (!is_signed(parts->signed_text, parts->signature)) return invalid();
  const auto payload = parse_base64url(parts->payload);
  const auto object = payload ? read_flat_json(*payload) : std::nullopt;
  const auto claims = object ? read_claims(*object) : std::nullopt;
  if (!claims || !has_begun(*object, now)) return invalid();
  if (claims->expires_at <= now) return invalid("expired");
  return *claims;
}

Result<Claims> TokenSigner::verify(std::string_view token, TokenType expected,
                                   Timestamp now) const {
  auto claims = verify(token, now);
  if (claims.has_value() && claims.value().type != expected) return invalid("type");
  return claims;
}

}  // namespace confab::actors
