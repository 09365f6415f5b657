#include "http/pagination/cursor.hpp"

#include <algorithm>

#include "actors/auth/base64url.hpp"
#include "http/text/digest.hpp"

namespace confab::http {
namespace {

constexpr std::size_t kIdBytes = 16;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kCursorLength = 43;  // of 32 bytes in base64

}  // namespace

CursorSigner::CursorSigner(const config::Secret& secret_key)
    : key_(hmac_sha256(secret_key.reveal(), "confab pagination cursor")) {}

std::string CursorSigner::tag(const CursorScope& scope, std::string_view id) const {
  std::string text(id);
  text += std::to_string(scope.user.value);
  // Line breaks cannot occur in what they part: the path is printable, the filter encoded.
  text.append("\n").append(scope.path).append("\n").append(scope.filter);
  return hmac_sha256(key_, text).substr(0, kTagBytes);
}

std::string CursorSigner::sign(const CursorScope& scope, storage::MessageId last) const {
  const std::string id(last.value.bytes.begin(), last.value.bytes.end());
  const std::string signed_id = id + tag(scope, id);
  std::string cursor;
  actors::append_base64url(
      cursor, {reinterpret_cast<const std::uint8_t*>(signed_id.data()), signed_id.size()});
  return cursor;
}

std::optional<storage::MessageId> CursorSigner::open(const CursorScope& scope,
                                                     std::string_view cursor) const {
  if (cursor.size() != kCursorLength) return std::nullopt;
  const auto bytes = actors::parse_base64url(cursor);
  if (!bytes || bytes->size() != kIdBytes + kTagBytes) return std::nullopt;
  const std::string_view id = std::string_view(*bytes).substr(0, kIdBytes);
  if (!equal_in_constant_time(tag(scope, id), std::string_view(*bytes).substr(kIdBytes))) {
    return std::nullopt;
  }
  storage::MessageId message;
  std::transform(id.begin(), id.end(), message.value.bytes.begin(),
                 [](char c) { return static_cast<std::uint8_t>(c); });
  return message;
}

}  // namespace confab::http
