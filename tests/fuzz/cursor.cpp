// Cursors: none that was not given out is accepted.
#include "http/pagination/cursor.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const confab::http::CursorSigner signer(
      confab::config::Secret("a key that the fuzzer does not know, or so we hope"));
  const confab::http::CursorScope scope{confab::storage::UserId{1}, "/api/messages/", ""};
  if (signer.open(scope, {reinterpret_cast<const char*>(data), size})) std::abort();
  return 0;
}
