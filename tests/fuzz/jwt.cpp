// Tokens: none that was not given out is accepted, and what is signed comes back as it went in.
#include "actors/auth/jwt.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "actors/auth/base64url.hpp"
#include "actors/auth/flat_json.hpp"

namespace {

using namespace confab::actors;

constexpr Timestamp kNow{std::chrono::seconds{1'750'000'000}};

/// The parsers behind the signature, which the fuzzer could not get past.
void read_payload(std::string_view text) {
  if (const auto bytes = parse_base64url(text)) read_flat_json(*bytes);
  read_flat_json(text);
}

void round_trip(const TokenSigner& signer, const std::uint8_t* data, std::size_t size) {
  Claims claims;
  if (size < sizeof claims.jti.bytes + sizeof claims.epoch) return;
  std::memcpy(claims.jti.bytes.data(), data, claims.jti.bytes.size());
  claims.jti.bytes.back() |= 1;
  std::memcpy(&claims.epoch, data + claims.jti.bytes.size(), sizeof claims.epoch);
  claims.epoch &= INT64_MAX;
  claims.login = claims.jti;
  claims.user = UserId{1};
  claims.issued_at = kNow;
  claims.expires_at = kNow + std::chrono::seconds{60};
  const auto token = signer.sign(claims);
  const auto back = signer.verify(token.value(), TokenType::access, kNow);
  if (back.has_error() || back.value().jti != claims.jti) std::abort();
  if (back.value().epoch != claims.epoch) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const TokenSigner signer("a key that the fuzzer does not know, or so we hope");
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (signer.verify(text, kNow).has_value()) std::abort();
  read_payload(text);
  round_trip(signer, data, size);
  return 0;
}
