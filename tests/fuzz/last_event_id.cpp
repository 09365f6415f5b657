// Places in the log of events, as Last-Event-ID and ?after= name them.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "actors/rules/event_cursor.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto cursor = confab::actors::parse_event_cursor(text);
  if (!cursor) return 0;
  const auto again = confab::actors::parse_event_cursor(confab::actors::to_string(*cursor));
  if (!again || *again != *cursor) std::abort();
  confab::actors::can_resume(*cursor, {});
  return 0;
}
