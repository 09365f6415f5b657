#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>

#include "actors/messages/inspect.hpp"

namespace confab::actors::cluster {

/// A message's bytes, as its inspect() puts them in order.
template <class T>
std::string encode(const T& value) {
  std::vector<char> bytes;
  caf::binary_serializer sink(nullptr, bytes);
  if (sink(value)) return {};
  return {bytes.begin(), bytes.end()};
}

template <class T>
Result<T> decode(std::string_view bytes) {
  T value{};
  caf::binary_deserializer source(nullptr, bytes.data(), bytes.size());
  if (source(value)) return fail(ErrorCode::internal, "a message from another node is damaged");
  return value;
}

}  // namespace confab::actors::cluster
