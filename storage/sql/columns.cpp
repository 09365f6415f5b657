#include "storage/sql/columns.hpp"

#include <cstring>

#include "config/log.hpp"
#include "config/metrics.hpp"

namespace confab::storage {

namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

char hex_value(char digit) {
  return static_cast<char>(digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
}

}  // namespace

std::string encode_bytes(std::string_view raw, Dialect dialect) {
  if (dialect == Dialect::sqlite) return std::string(raw);
  std::string hex = "\\x";
  hex.reserve(2 + 2 * raw.size());
  for (const char byte : raw) {
    hex += kHexDigits[static_cast<std::uint8_t>(byte) >> 4];
    hex += kHexDigits[byte & 0x0f];
  }
  return hex;
}

std::string decode_bytes(std::string stored, Dialect dialect) {
  if (dialect == Dialect::sqlite) return stored;
  std::string raw;
  raw.reserve(stored.size() / 2);
  for (std::size_t i = 2; i + 1 < stored.size(); i += 2) {
    raw += static_cast<char>(hex_value(stored[i]) << 4 | hex_value(stored[i + 1]));
  }
  return raw;
}

std::string encode_uuid(const Uuid& uuid, Dialect dialect) {
  if (dialect == Dialect::postgres) return to_string(uuid);
  return std::string(reinterpret_cast<const char*>(uuid.bytes.data()), uuid.bytes.size());
}

Uuid decode_uuid(std::string_view stored, Dialect dialect) {
  if (dialect == Dialect::postgres) return parse_uuid(stored).value_or(Uuid{});
  Uuid uuid;
  if (stored.size() == uuid.bytes.size()) {
    std::memcpy(uuid.bytes.data(), stored.data(), stored.size());
  }
  return uuid;
}

std::string checked_text(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) {
    throw soci::soci_error("a text to be stored contains a NUL character");
  }
  return std::string(text);
}

SeqSet decode_set(const std::string& bytes) {
  auto set = SeqSet::parse(bytes);
  if (set) return *std::move(set);
  // One member's bad row must not keep the conversation from all others.
  static const metrics::Counter damaged =
      metrics::counter("confab_damaged_sets_total", "Stored read sets that could not be read.");
  damaged.add(1);
  log::error("read_set_damaged", {{"bytes", bytes.size()}, {"remedy", "confab check --repair"}});
  return {};
}

}  // namespace confab::storage
