#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "actors/router.hpp"

// What nodes say to each other, in bytes. These two forms are frozen: nodes of different builds
// talk to each other while a cluster is upgraded. New requests get new kinds; a node that does not
// know a kind says so.

namespace confab::actors::cluster {

struct Envelope {
  std::int64_t epoch = 0;  ///< under which the sender believes the receiver to own the shard
  std::int64_t sent = 0;   ///< in milliseconds by the sender's clock, which starts anywhere
  std::uint32_t milliseconds = 0;  ///< left to answer in
  ForwardedCall call;
};

enum class Verdict : std::uint8_t {
  done = 0,
  failed = 1,     ///< with an error for whoever asked
  not_owner = 2,  ///< nothing was done: ask somebody else
};

struct EnvelopeReply {
  Verdict verdict = Verdict::done;
  storage::Error error;
  std::string body;
};

std::string encode(const Envelope& envelope);
std::optional<Envelope> decode_envelope(std::string_view bytes);

std::string encode(const EnvelopeReply& reply);
std::optional<EnvelopeReply> decode_reply(std::string_view bytes);

}  // namespace confab::actors::cluster
