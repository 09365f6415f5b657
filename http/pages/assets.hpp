#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace confab::http {

/// One file of the pages as the binary holds it.
struct Asset {
  std::string_view name;    ///< "assets/admin-3F2A.js", "admin.html"
  std::string_view digest;  ///< of the plain bytes, in hex
  std::string_view plain;
  std::string_view brotli;  ///< empty: no smaller than the plain bytes
  std::string_view gzip;    ///< likewise
};

/// What the build has put into the binary.
const std::vector<Asset>& embedded_assets();

/// Assets by name: a table, so that no name can lead anywhere else. Immutable, hence thread-safe.
class AssetTable {
 public:
  /// `assets` must outlive the table.
  explicit AssetTable(const std::vector<Asset>& assets);

  /// Null where there is none.
  const Asset* find(std::string_view name) const;

 private:
  std::unordered_map<std::string_view, const Asset*> by_name_;
};

/// An asset as one client gets it.
struct Encoded {
  std::string_view bytes;
  std::string_view encoding;  ///< the value of Content-Encoding; empty: plain
  std::string etag;           ///< without quotes; every encoding has its own
};

/// Chooses by Accept-Encoding: the smallest form that the client takes.
Encoded encode_for(const Asset& asset, std::string_view accept_encoding);

/// By the name's extension.
std::string_view content_type_of(std::string_view name);

}  // namespace confab::http
