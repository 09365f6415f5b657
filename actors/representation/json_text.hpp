#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/model/time.hpp"
#include "storage/model/uuid.hpp"

namespace confab::actors {

/// Appends JSON to a string, compactly and without copies; for resources whose fields are known.
/// Of a text that is not UTF-8 (a damaged row), each malformed byte becomes U+FFFD.
void append_json(std::string& out, std::string_view text);
void append_json(std::string& out, std::int64_t number);
void append_json(std::string& out, bool value);
void append_json(std::string& out, const storage::Uuid& uuid);
void append_json(std::string& out, storage::Timestamp time);

template <class T>
void append_json(std::string& out, const std::optional<T>& value) {
  if (value) {
    append_json(out, *value);
  } else {
    out += "null";
  }
}

/// Writes one object, member by member, to the end of a string.
class JsonObject {
 public:
  explicit JsonObject(std::string& out) : out_(out) { out_ += '{'; }

  template <class T>
  JsonObject& field(std::string_view name, const T& value) {
    key(name);
    append_json(out_, value);
    return *this;
  }

  /// `json` is JSON already.
  JsonObject& raw(std::string_view name, std::string_view json) {
    key(name);
    out_ += json;
    return *this;
  }

  void end() { out_ += '}'; }

 private:
  void key(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    out_ += '"';
    out_ += name;
    out_ += "\":";
  }

  std::string& out_;
  bool first_ = true;
};

/// Appends `item` to a list without brackets.
inline void append_item(std::string& items, std::string_view item) {
  if (!items.empty()) items += ',';
  items += item;
}

/// A validator for a representation: changes whenever the bytes do.
std::string etag_of(std::string_view json);

/// The same for a part of a list: the number of items counts, whichever of them are shown.
std::string etag_of_list(std::uint64_t count, bool more, std::string_view items);

}  // namespace confab::actors
