#include "actors/cluster/news.hpp"

#include <algorithm>
#include <utility>

#include "actors/cluster/wire.hpp"

namespace confab::actors::cluster {

namespace {

/// On the wire: only ever append.
enum class NewsKind : std::uint8_t {
  log_has_grown = 1,
  look_again = 2,
  typing = 3,
  attendance = 4
};

struct Encoder {
  std::string& out;

  void begin(NewsKind kind) const { put(out, static_cast<std::uint8_t>(kind)); }
  void operator()(const LogHasGrown&) const { begin(NewsKind::log_has_grown); }
  void operator()(const LookAgain&) const { begin(NewsKind::look_again); }
  void operator()(const UserTyping& typing) const {
    begin(NewsKind::typing);
    put(out, typing.conversation.value);
    put_text(out, storage::to_string(typing.conversation_uuid));
    put(out, typing.user.value);
    put_text(out, typing.person);
  }
  void operator()(const Attendance& attendance) const {
    begin(NewsKind::attendance);
    put(out, static_cast<std::uint8_t>(attendance.listens ? 1 : 0));
    put(out, attendance.streams);
    put(out, static_cast<std::uint32_t>(attendance.online.size()));
    for (const UserId user : attendance.online) put(out, user.value);
  }
};

std::optional<News> decode_typing(WireSource& source) {
  UserTyping typing;
  typing.conversation = ConversationId{source.number<std::int64_t>()};
  const auto uuid = storage::parse_uuid(source.text());
  typing.user = UserId{source.number<std::int64_t>()};
  typing.person = source.text();
  if (!uuid || !source.is_whole()) return std::nullopt;
  typing.conversation_uuid = *uuid;
  return typing;
}

std::optional<News> decode_attendance(WireSource& source) {
  Attendance attendance;
  attendance.listens = source.number<std::uint8_t>() != 0;
  attendance.streams = source.number<std::uint64_t>();
  const auto count = source.number<std::uint32_t>();
  if (!source.is_whole() || count > source.left() / sizeof(std::int64_t)) return std::nullopt;
  attendance.online.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    attendance.online.push_back(UserId{source.number<std::int64_t>()});
  }
  return attendance;
}

}  // namespace

std::string encode(const News& news) {
  std::string out;
  std::visit(Encoder{out}, news);
  return out;
}

std::optional<News> decode_news(std::string_view bytes) {
  WireSource source(bytes);
  switch (static_cast<NewsKind>(source.number<std::uint8_t>())) {
    case NewsKind::log_has_grown:
      return LogHasGrown{};
    case NewsKind::look_again:
      return LookAgain{};
    case NewsKind::typing:
      return decode_typing(source);
    case NewsKind::attendance:
      return decode_attendance(source);
  }
  return std::nullopt;
}

}  // namespace confab::actors::cluster
