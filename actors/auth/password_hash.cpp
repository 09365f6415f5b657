#include "actors/auth/password_hash.hpp"

#include <array>
#include <cstddef>

#include <argon2.h>
#include <fmt/format.h>
#include <openssl/rand.h>

namespace confab::actors {

namespace {

constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHashBytes = 32;
constexpr std::uint32_t kLanes = 1;

// So many characters of unpadded Base64 stand for the salt and the hash.
constexpr std::size_t kSaltCharacters = 22;
constexpr std::size_t kHashCharacters = 43;

std::string prefix_for(HashCost cost) {
  return fmt::format("$argon2id$v={}$m={},t={},p={}$", static_cast<int>(ARGON2_VERSION_NUMBER),
                     cost.memory_kib, cost.iterations, kLanes);
}

Error machine_error(int code) {
  const bool no_memory = code == ARGON2_MEMORY_ALLOCATION_ERROR;
  return fail(no_memory ? ErrorCode::overloaded : ErrorCode::internal, argon2_error_message(code));
}

}  // namespace

PasswordHasher::PasswordHasher(HashCost cost)
    : cost_(cost),
      prefix_(prefix_for(cost)),
      matches_nobody_(prefix_ + std::string(kSaltCharacters, 'A') + '$' +
                      std::string(kHashCharacters, 'A')) {}

Result<std::string> PasswordHasher::hash(std::string_view password) const {
  std::array<unsigned char, kSaltBytes> salt{};
  if (RAND_bytes(salt.data(), static_cast<int>(salt.size())) != 1) {
    return fail(ErrorCode::internal, "no random bytes for a salt");
  }
  std::string encoded(argon2_encodedlen(cost_.iterations, cost_.memory_kib, kLanes, kSaltBytes,
                                        kHashBytes, Argon2_id),
                      '\0');
  const int code = argon2id_hash_encoded(cost_.iterations, cost_.memory_kib, kLanes,
                                         password.data(), password.size(), salt.data(), salt.size(),
                                         kHashBytes, encoded.data(), encoded.size());
  if (code != ARGON2_OK) return machine_error(code);
  encoded.resize(encoded.find('\0'));
  return encoded;
}

Result<bool> PasswordHasher::verify(std::string_view password, const std::string& encoded) const {
  const int code = argon2id_verify(encoded.c_str(), password.data(), password.size());
  switch (code) {
    case ARGON2_OK:
      return true;
    case ARGON2_VERIFY_MISMATCH:
      return false;
    case ARGON2_MEMORY_ALLOCATION_ERROR:
      return machine_error(code);
    default:
      break;
  }
  // Not a hash: nobody's password is right, and the time must not tell that.
  const int nobody = argon2id_verify(matches_nobody_.c_str(), password.data(), password.size());
  if (nobody == ARGON2_MEMORY_ALLOCATION_ERROR) return machine_error(nobody);
  return false;
}

bool PasswordHasher::needs_rehash(std::string_view encoded) const {
  return !encoded.starts_with(prefix_);
}

}  // namespace confab::actors
