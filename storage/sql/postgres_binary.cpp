#include "storage/sql/postgres_binary.hpp"

#include <cstring>

namespace confab::storage {

namespace {

// An array begins with: dimensions, whether there are NULLs, element type, length, lower bound.
constexpr std::size_t kNullsAt = 4;
constexpr std::size_t kLengthAt = 12;
constexpr std::size_t kElementsAt = 20;

template <class Unsigned>
void append_big_endian(std::string& out, Unsigned value) {
  for (int shift = 8 * (static_cast<int>(sizeof value) - 1); shift >= 0; shift -= 8) {
    out += static_cast<char>(value >> shift);
  }
}

std::uint64_t read_big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<std::uint8_t>(byte);
  return value;
}

std::uint32_t read_uint32(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint32_t>(read_big_endian(bytes.substr(at, 4)));
}

}  // namespace

void append_int16(std::string& out, std::int16_t value) {
  append_big_endian(out, static_cast<std::uint16_t>(value));
}

void append_int32(std::string& out, std::int32_t value) {
  append_big_endian(out, static_cast<std::uint32_t>(value));
}

void append_int64(std::string& out, std::int64_t value) {
  append_big_endian(out, static_cast<std::uint64_t>(value));
}

void PostgresArray::clear() {
  count_ = 0;
  has_nulls_ = false;
  bytes_.clear();
  append_int32(bytes_, 1);
  append_int32(bytes_, 0);
  append_int32(bytes_, static_cast<std::int32_t>(type_));
  append_int32(bytes_, 0);
  append_int32(bytes_, 1);
}

void PostgresArray::add(std::int64_t value) {
  ++count_;
  switch (type_) {
    case Type::int16:
      append_int32(bytes_, 2);
      append_int16(bytes_, static_cast<std::int16_t>(value));
      break;
    case Type::int32:
      append_int32(bytes_, 4);
      append_int32(bytes_, static_cast<std::int32_t>(value));
      break;
    default:
      append_int32(bytes_, 8);
      append_int64(bytes_, value);
  }
}

void PostgresArray::add(std::string_view text) {
  ++count_;
  append_int32(bytes_, static_cast<std::int32_t>(text.size()));
  bytes_ += text;
}

void PostgresArray::add(const Uuid& uuid) {
  add(std::string_view(reinterpret_cast<const char*>(uuid.bytes.data()), uuid.bytes.size()));
}

void PostgresArray::add_null() {
  ++count_;
  has_nulls_ = true;
  append_int32(bytes_, -1);
}

std::string_view PostgresArray::bytes() {
  const auto put = [this](std::size_t at, std::uint32_t value) {
    std::string number;
    append_big_endian(number, value);
    bytes_.replace(at, number.size(), number);
  };
  put(kNullsAt, has_nulls_ ? 1 : 0);
  put(kLengthAt, count_);
  return bytes_;
}

std::string_view PostgresRows::bytes(int row, int column) const {
  return {PQgetvalue(result_, row, column),
          static_cast<std::size_t>(PQgetlength(result_, row, column))};
}

std::int64_t PostgresRows::number(int row, int column) const {
  const std::string_view raw = bytes(row, column);
  const std::uint64_t value = read_big_endian(raw);
  switch (raw.size()) {
    case 2:
      return static_cast<std::int16_t>(value);
    case 4:
      return static_cast<std::int32_t>(value);
    default:
      return static_cast<std::int64_t>(value);
  }
}

Uuid PostgresRows::uuid(int row, int column) const {
  Uuid uuid;
  const std::string_view raw = bytes(row, column);
  if (raw.size() == uuid.bytes.size()) std::memcpy(uuid.bytes.data(), raw.data(), raw.size());
  return uuid;
}

std::vector<std::uint32_t> PostgresRows::numbers(int row, int column) const {
  const std::string_view raw = bytes(row, column);
  std::vector<std::uint32_t> values;
  if (raw.size() < kElementsAt) return values;  // an empty array has no dimensions
  const std::uint32_t length = read_uint32(raw, kLengthAt);
  values.reserve(length);
  for (std::uint32_t i = 0; i < length; ++i) {
    values.push_back(read_uint32(raw, kElementsAt + std::size_t{8} * i + 4));
  }
  return values;
}

}  // namespace confab::storage
