#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "storage/model/ids.hpp"
#include "storage/model/seq_set.hpp"
#include "storage/model/time.hpp"
#include "storage/model/uuid.hpp"
#include "storage/sql/dialect.hpp"
#include "storage/sql/soci.hpp"

// How values travel between the model and SOCI, which knows only numbers and texts.

namespace confab::storage {

/// Binary data, as opposed to text.
struct Bytes {
  std::string value;
};

/// The form of a list that {in :x} understands.
template <class Id>
struct IdList {
  explicit IdList(const std::vector<Id>& list) : ids(list) {}

  std::span<const Id> ids;
};

/// A reference that is absent where the id is zero.
template <class Id>
std::optional<Id> null_if_none(Id id) {
  return id ? std::optional<Id>(id) : std::nullopt;
}

/// What SOCI gives or takes for one value.
struct NumberCell {
  long long value = 0;
  soci::indicator indicator = soci::i_ok;
};
struct TextCell {
  std::string value;
  soci::indicator indicator = soci::i_ok;
};

std::string encode_bytes(std::string_view raw, Dialect dialect);
std::string decode_bytes(std::string stored, Dialect dialect);
std::string encode_uuid(const Uuid& uuid, Dialect dialect);
/// The zero UUID if the text is none.
Uuid decode_uuid(std::string_view stored, Dialect dialect);
/// Throws soci::soci_error if it holds a NUL, at which PostgreSQL would cut it silently.
std::string checked_text(std::string_view text);
/// Throws soci::soci_error if the stored form is damaged.
SeqSet decode_set(const std::string& bytes);

template <class T>
struct IsStrongId : std::false_type {};
template <class Tag, class Rep>
struct IsStrongId<StrongId<Tag, Rep>> : std::true_type {};

/// Conversion of one model type to and from its cell.
template <class T>
struct Column;

template <class T>
requires std::integral<T>
struct Column<T> {
  using Cell = NumberCell;
  static long long encode(T value, Dialect) { return static_cast<long long>(value); }
  static T decode(Cell&& cell, Dialect) { return static_cast<T>(cell.value); }
};

template <class T>
requires std::is_enum_v<T>
struct Column<T> {
  using Cell = NumberCell;
  static long long encode(T value, Dialect) { return static_cast<long long>(value); }
  static T decode(Cell&& cell, Dialect) { return static_cast<T>(cell.value); }
};

/// NULL reads as the id that names nothing.
template <class T>
requires IsStrongId<T>::value struct Column<T> {
  using Cell = NumberCell;
  static long long encode(T id, Dialect) { return static_cast<long long>(id.value); }
  static T decode(Cell&& cell, Dialect) {
    if (cell.indicator == soci::i_null) return T{};
    return T{static_cast<decltype(T::value)>(cell.value)};
  }
};

template <>
struct Column<Timestamp> {
  using Cell = NumberCell;
  static long long encode(Timestamp time, Dialect) { return to_micros(time); }
  static Timestamp decode(Cell&& cell, Dialect) { return from_micros(cell.value); }
};

template <>
struct Column<std::string> {
  using Cell = TextCell;
  static std::string encode(std::string_view text, Dialect) { return checked_text(text); }
  static std::string decode(Cell&& cell, Dialect) { return std::move(cell.value); }
};

template <>
struct Column<Bytes> {
  using Cell = TextCell;
  static std::string encode(const Bytes& bytes, Dialect dialect) {
    return encode_bytes(bytes.value, dialect);
  }
  static Bytes decode(Cell&& cell, Dialect dialect) {
    return Bytes{decode_bytes(std::move(cell.value), dialect)};
  }
};

template <>
struct Column<SeqSet> {
  using Cell = TextCell;
  static std::string encode(const SeqSet& set, Dialect dialect) {
    return encode_bytes(set.bytes(), dialect);
  }
  static SeqSet decode(Cell&& cell, Dialect dialect) {
    return decode_set(decode_bytes(std::move(cell.value), dialect));
  }
};

template <>
struct Column<Uuid> {
  using Cell = TextCell;
  static std::string encode(const Uuid& uuid, Dialect dialect) {
    return encode_uuid(uuid, dialect);
  }
  static Uuid decode(Cell&& cell, Dialect dialect) {
    return cell.indicator == soci::i_null ? Uuid{} : decode_uuid(cell.value, dialect);
  }
};

template <>
struct Column<MessageId> {
  using Cell = TextCell;
  static std::string encode(const MessageId& id, Dialect dialect) {
    return encode_uuid(id.value, dialect);
  }
  static MessageId decode(Cell&& cell, Dialect dialect) {
    return MessageId{Column<Uuid>::decode(std::move(cell), dialect)};
  }
};

template <class Id>
struct Column<IdList<Id>> {
  using Cell = TextCell;
  static std::string encode(const IdList<Id>& list, Dialect dialect) {
    std::string text(1, dialect == Dialect::sqlite ? '[' : '{');
    for (const Id id : list.ids) {
      if (text.size() > 1) text += ',';
      text += std::to_string(id.value);
    }
    return text += dialect == Dialect::sqlite ? ']' : '}';
  }
};

template <class T>
struct Column<std::optional<T>> {
  using Cell = typename Column<T>::Cell;
  static std::optional<T> decode(Cell&& cell, Dialect dialect) {
    if (cell.indicator == soci::i_null) return std::nullopt;
    return Column<T>::decode(std::move(cell), dialect);
  }
};

/// The cell of a value on its way into the database.
template <class T>
auto make_cell(const T& value, Dialect dialect) {
  return typename Column<T>::Cell{Column<T>::encode(value, dialect), soci::i_ok};
}

template <class T>
auto make_cell(const std::optional<T>& value, Dialect dialect) {
  if (value) return make_cell(*value, dialect);
  return typename Column<T>::Cell{{}, soci::i_null};
}

}  // namespace confab::storage
