#include "actors/cluster/envelope.hpp"

#include "actors/cluster/wire.hpp"

namespace confab::actors::cluster {

namespace {

constexpr std::uint8_t kVersion = 1;

/// By name, because the numbers differ between builds.
storage::ErrorCode code_named(std::string_view name) {
  for (int code = 0; code <= static_cast<int>(storage::ErrorCode::internal); ++code) {
    if (storage::to_string(static_cast<storage::ErrorCode>(code)) == name) {
      return static_cast<storage::ErrorCode>(code);
    }
  }
  return storage::ErrorCode::internal;
}

}  // namespace

std::string encode(const Envelope& envelope) {
  const ForwardedCall& call = envelope.call;
  std::string out;
  out.reserve(call.body.size() + call.retry_key.size() + 64);
  put(out, kVersion);
  put(out, call.shard);
  put(out, envelope.epoch);
  put(out, envelope.sent);
  put(out, envelope.milliseconds);
  put(out, call.kind);
  put(out, call.key);
  put(out, call.user.value);
  put(out, static_cast<std::uint8_t>(call.role));
  put_text(out, call.retry_key);
  put_text(out, call.body);
  return out;
}

std::optional<Envelope> decode_envelope(std::string_view bytes) {
  WireSource source(bytes);
  if (source.number<std::uint8_t>() != kVersion) return std::nullopt;
  Envelope envelope;
  ForwardedCall& call = envelope.call;
  call.shard = source.number<storage::ShardIndex>();
  envelope.epoch = source.number<std::int64_t>();
  envelope.sent = source.number<std::int64_t>();
  envelope.milliseconds = source.number<std::uint32_t>();
  call.kind = source.number<std::uint16_t>();
  call.key = source.number<std::int64_t>();
  call.user = storage::UserId{source.number<std::int64_t>()};
  const auto role = source.number<std::uint8_t>();
  call.role = static_cast<storage::Role>(role);
  call.retry_key = source.text();
  call.body = source.text();
  const bool is_valid = source.is_whole() && call.shard < storage::kShards &&
                        role <= static_cast<std::uint8_t>(storage::Role::admin);
  if (!is_valid) return std::nullopt;
  return envelope;
}

std::string encode(const EnvelopeReply& reply) {
  std::string out;
  out.reserve(reply.body.size() + reply.error.detail.size() + 64);
  put(out, kVersion);
  put(out, static_cast<std::uint8_t>(reply.verdict));
  put_text(out, storage::to_string(reply.error.code));
  put_text(out, reply.error.detail);
  put_text(out, reply.body);
  return out;
}

std::optional<EnvelopeReply> decode_reply(std::string_view bytes) {
  WireSource source(bytes);
  if (source.number<std::uint8_t>() != kVersion) return std::nullopt;
  EnvelopeReply reply;
  const auto verdict = source.number<std::uint8_t>();
  reply.verdict = static_cast<Verdict>(verdict);
  reply.error.code = code_named(source.text());
  reply.error.detail = source.text();
  reply.body = source.text();
  if (!source.is_whole() || verdict > static_cast<std::uint8_t>(Verdict::not_owner)) {
    return std::nullopt;
  }
  return reply;
}

}  // namespace confab::actors::cluster
