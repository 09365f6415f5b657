#pragma once

#include <cstdint>
#include <cstring>

#include "storage/model/uuid.hpp"

namespace confab::actors {

/// A place in a list, in the form in which lists are walked (Window::older_than, ListView::last).
/// Lists over several conversations are walked by message id; lists within one by number, which
/// this packs into the same 16 bytes. Opaque to callers.
inline storage::MessageId list_position(std::uint32_t number) {
  storage::MessageId position;
  std::memcpy(position.value.bytes.data() + 12, &number, sizeof number);
  return position;
}

inline std::uint32_t list_number(storage::MessageId position) {
  std::uint32_t number = 0;
  std::memcpy(&number, position.value.bytes.data() + 12, sizeof number);
  return number;
}

}  // namespace confab::actors
