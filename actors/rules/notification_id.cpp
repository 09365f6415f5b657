#include "actors/rules/notification_id.hpp"

#include <array>
#include <cstdint>
#include <string>

#include <openssl/sha.h>

namespace confab::actors {

namespace {

constexpr std::size_t kRandomPart = 8;          // bytes 8…15 of a UUIDv7
constexpr std::uint8_t kWithoutVariant = 0x3f;  // the two top bits of byte 8 are fixed

storage::Uuid mask(const storage::Uuid& uuid, const storage::Uuid& user) {
  std::string text = "notification:";
  text.append(reinterpret_cast<const char*>(user.bytes.data()), user.bytes.size());
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), digest.data());
  digest[0] &= kWithoutVariant;

  storage::Uuid masked = uuid;
  for (std::size_t i = 0; i < kRandomPart; ++i) masked.bytes[kRandomPart + i] ^= digest[i];
  return masked;
}

}  // namespace

storage::Uuid notification_id(storage::MessageId message, const storage::Uuid& user) {
  return mask(message.value, user);
}

storage::MessageId notified_message(const storage::Uuid& notification, const storage::Uuid& user) {
  return storage::MessageId{mask(notification, user)};
}

}  // namespace confab::actors
