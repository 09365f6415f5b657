#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "config/secret.hpp"
#include "storage/model/ids.hpp"
#include "storage/model/uuid.hpp"

namespace confab::http {

/// What a cursor is good for: it is worth nothing to another user, at another address or with
/// another filter.
struct CursorScope {
  storage::UserId user;
  std::string_view path;    ///< canonical
  std::string_view filter;  ///< the query without paging, canonical
};

/// Makes and reads cursors: "everything older than this message", authenticated with a key derived
/// from SECRET_KEY. Immutable, hence thread-safe.
class CursorSigner {
 public:
  explicit CursorSigner(const config::Secret& secret_key);

  std::string sign(const CursorScope& scope, storage::MessageId last) const;

  /// Empty optional for whatever sign() did not give for the same scope.
  std::optional<storage::MessageId> open(const CursorScope& scope, std::string_view cursor) const;

 private:
  std::string tag(const CursorScope& scope, std::string_view id) const;

  std::string key_;
};

}  // namespace confab::http
