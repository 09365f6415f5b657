#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <libpq-fe.h>

#include "storage/model/ids.hpp"
#include "storage/model/time.hpp"
#include "storage/model/uuid.hpp"

// PostgreSQL's binary formats, for the statements that go past SOCI.

namespace confab::storage {

/// Values in binary form, big-endian.
void append_int16(std::string& out, std::int16_t value);
void append_int32(std::string& out, std::int32_t value);
void append_int64(std::string& out, std::int64_t value);

/// One array parameter, filled element by element and used again for the next statement.
class PostgresArray {
 public:
  /// The element's type by its fixed object id.
  enum class Type : std::uint32_t {
    bytes = 17,
    int64 = 20,
    int16 = 21,
    int32 = 23,
    text = 25,
    uuid = 2950,
    tsvector = 3614,
  };

  explicit PostgresArray(Type type) : type_(type) { clear(); }

  void clear();

  void add(std::int64_t value);  ///< in the width of the array's type
  void add(std::string_view text);
  void add(const Uuid& uuid);
  void add(Timestamp time) { add(to_micros(time)); }
  template <class Tag, class Rep>
  void add(StrongId<Tag, Rep> id) {
    add(static_cast<std::int64_t>(id.value));
  }
  template <class T>
  void add(const std::optional<T>& value) {
    if (value) {
      add(*value);
    } else {
      add_null();
    }
  }
  void add_null();

  /// The whole parameter.
  std::string_view bytes();

 private:
  Type type_;
  std::uint32_t count_ = 0;
  bool has_nulls_ = false;
  std::string bytes_;
};

/// Reads a result in binary form.
class PostgresRows {
 public:
  explicit PostgresRows(const PGresult* result) : result_(result) {}

  int count() const { return PQntuples(result_); }
  bool is_null(int row, int column) const { return PQgetisnull(result_, row, column) != 0; }

  /// Integers of any width; 0 for NULL.
  std::int64_t number(int row, int column) const;
  std::string_view bytes(int row, int column) const;
  Uuid uuid(int row, int column) const;  ///< zero for NULL
  Timestamp time(int row, int column) const { return from_micros(number(row, column)); }
  /// An array of 32-bit integers without NULLs.
  std::vector<std::uint32_t> numbers(int row, int column) const;

 private:
  const PGresult* result_;
};

}  // namespace confab::storage
