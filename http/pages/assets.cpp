#include "http/pages/assets.hpp"

#include <array>

#include "http/negotiation.hpp"

namespace confab::http {

AssetTable::AssetTable(const std::vector<Asset>& assets) {
  for (const Asset& asset : assets) by_name_.emplace(asset.name, &asset);
}

const Asset* AssetTable::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

Encoded encode_for(const Asset& asset, std::string_view accept_encoding) {
  const std::string digest(asset.digest);
  if (!asset.brotli.empty() && accepts_encoding(accept_encoding, "br")) {
    return {asset.brotli, "br", digest + "-br"};
  }
  if (!asset.gzip.empty() && accepts_encoding(accept_encoding, "gzip")) {
    return {asset.gzip, "gzip", digest + "-gzip"};
  }
  return {asset.plain, {}, digest};
}

std::string_view content_type_of(std::string_view name) {
  struct Known {
    std::string_view extension;
    std::string_view type;
  };
  static constexpr std::array kTypes = {Known{".html", "text/html; charset=utf-8"},
                                        Known{".js", "text/javascript; charset=utf-8"},
                                        Known{".css", "text/css; charset=utf-8"},
                                        Known{".svg", "image/svg+xml"},
                                        Known{".png", "image/png"},
                                        Known{".woff2", "font/woff2"}};
  for (const Known& known : kTypes) {
    if (name.ends_with(known.extension)) return known.type;
  }
  return "application/octet-stream";
}

}  // namespace confab::http
