#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "storage/model/ids.hpp"
#include "storage/model/time.hpp"
#include "storage/model/uuid.hpp"
#include "storage/sql/soci.hpp"

namespace confab::storage {

/// A message's row in SQLite's index of words.
constexpr std::int64_t word_row(ConversationId conversation, Seq seq) {
  return conversation.value << 32 | seq.value;
}

/// A prepared statement of SQLite for the few that run for every post, where SOCI's binding would
/// cost more than the statement. Parameters are bound in order; texts and UUIDs must stay where
/// they are until run(). Throws soci::sqlite3_soci_error. Must not outlive the connection.
class SqliteStatement {
 public:
  SqliteStatement(sqlite_api::sqlite3* connection, std::string_view sql);
  ~SqliteStatement();

  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;

  /// Binds all parameters, runs to the end, and returns how many rows were changed.
  template <class... Values>
  int run(const Values&... values) {
    int index = 0;
    (bind(++index, values), ...);
    return finish();
  }

 private:
  void bind(int index, std::int64_t value);
  void bind(int index, std::string_view text);
  void bind(int index, const Uuid& uuid);
  void bind(int index, MessageId id) = delete;  // would be bound by the address of a copy
  void bind(int index, Timestamp time) { bind(index, to_micros(time)); }

  template <class Tag, class Rep>
  void bind(int index, StrongId<Tag, Rep> id) {
    bind(index, static_cast<std::int64_t>(id.value));
  }

  template <class T>
  void bind(int index, const std::optional<T>& value) {
    if (value) {
      bind(index, *value);
    } else {
      bind_null(index);
    }
  }

  void bind_null(int index);
  int finish();
  void check(int result) const;

  sqlite_api::sqlite3* connection_;
  sqlite_api::sqlite3_stmt* statement_ = nullptr;
};

}  // namespace confab::storage
