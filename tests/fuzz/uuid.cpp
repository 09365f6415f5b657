// UUIDs and times: what is read is written again in one form, and reads as the same.
#include "storage/model/uuid.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "storage/model/seq_set.hpp"
#include "storage/model/time.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto uuid = confab::storage::parse_uuid(text)) {
    const auto again = confab::storage::parse_uuid(confab::storage::to_string(*uuid));
    if (!again || *again != *uuid) std::abort();
  }
  if (const auto time = confab::storage::parse_time(text)) {
    const auto again = confab::storage::parse_time(confab::storage::to_string(*time));
    if (!again || *again != *time) std::abort();
  }
  if (const auto set = confab::storage::SeqSet::parse(text)) {
    const auto again = confab::storage::SeqSet::parse(set->bytes());
    if (!again || !(*again == *set)) std::abort();
  }
  return 0;
}
