#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "actors/answer.hpp"
#include "actors/messages/common.hpp"

namespace confab::actors {

enum class TokenType : std::uint8_t { access, refresh };

/// What a token says.
struct Claims {
  TokenType type = TokenType::access;
  UserId user;
  Uuid login;              ///< the family of tokens that it belongs to
  Uuid jti;                ///< the token itself
  std::int64_t epoch = 0;  ///< the user's access epoch when the login began
  Timestamp issued_at{};   ///< sent in whole seconds
  Timestamp expires_at{};  ///< sent in whole seconds
};

/// Makes and checks JSON Web Tokens: HS256 and nothing else. Immutable and thread-safe; the key is
/// prepared once. Knows nothing of logins that have ended: that is for the caller to look up.
class TokenSigner {
 public:
  /// `key` must not be used to authenticate anything else unless that is told apart by form: a
  /// token is the HMAC of "base64url.base64url". Throws std::runtime_error if OpenSSL has no
  /// HMAC-SHA-256.
  explicit TokenSigner(std::string_view key);
  ~TokenSigner();
  TokenSigner(const TokenSigner&) = delete;
  TokenSigner& operator=(const TokenSigner&) = delete;

  /// Fails with internal if OpenSSL does (no memory).
  Result<std::string> sign(const Claims& claims) const;

  /// What a token of the expected kind says. Fails with token_invalid; detail: "expired" (genuine,
  /// but its time is over), "type" (genuine, but of the other kind), "" (anything else).
  Result<Claims> verify(std::string_view token, TokenType expected, Timestamp now) const;

  /// The same for a token of either kind.
  Result<Claims> verify(std::string_view token, Timestamp now) const;

 private:
  using Mac = std::array<std::uint8_t, 32>;
  struct Prepared;

  std::optional<Mac> authenticate(std::string_view text) const;
  bool is_signed(std::string_view text, std::string_view signature) const;

  std::unique_ptr<Prepared> prepared_;
};

}  // namespace confab::actors
