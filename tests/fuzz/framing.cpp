// HTTP framing: what comes out does not depend on how the bytes arrived, and a failure is final.
#include "http/server/framing.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using confab::http::FramedRequest;
using confab::http::RequestFramer;

void describe(std::string& out, const FramedRequest& framed) {
  const confab::http::Request& request = framed.request;
  out += std::to_string(static_cast<int>(request.method)) + request.path + '\x01' + request.query;
  for (const auto& [name, value] : request.headers) out += '\x02' + name + '\x03' + value;
  out += '\x04' + request.body + (framed.keep_alive ? 'k' : 'c');
}

/// All requests of the stream and how it ended; `piece` bytes at a time.
std::string outcome(std::string_view stream, std::size_t piece) {
  RequestFramer framer(
      {.max_header = 512, .max_target = 128, .max_header_count = 16, .max_body = 256});
  std::string out;
  while (!stream.empty()) {
    const std::size_t length = std::min(piece, stream.size());
    framer.feed(stream.substr(0, length));
    stream.remove_prefix(length);
    for (;;) {
      const RequestFramer::Status status = framer.next();
      if (status == RequestFramer::Status::complete) {
        describe(out, framer.take());
        continue;
      }
      if (status == RequestFramer::Status::failed) {
        if (framer.error().status < 400) std::abort();
        return out + "failed " + std::to_string(framer.error().status);
      }
      if (status == RequestFramer::Status::need_more) break;
    }
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view stream(reinterpret_cast<const char*>(data), size);
  const std::string whole = outcome(stream, std::max<std::size_t>(size, 1));
  if (outcome(stream, 1) != whole || outcome(stream, 7) != whole) std::abort();
  return 0;
}
