#include "actors/auth/setup_link.hpp"

#include <openssl/crypto.h>

#include "actors/auth/secret_random.hpp"

namespace confab::actors {

std::string SetupLink::offer(storage::Timestamp now) {
  token_ = make_secret_text();
  expires_at_ = now + kLifetime;
  return token_;
}

bool SetupLink::accepts(std::string_view token, storage::Timestamp now) const {
  if (token_.empty() || now >= expires_at_ || token.size() != token_.size()) return false;
  return CRYPTO_memcmp(token.data(), token_.data(), token_.size()) == 0;
}

}  // namespace confab::actors
