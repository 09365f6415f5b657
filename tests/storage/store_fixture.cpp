#include "tests/storage/store_fixture.hpp"

#include <stdexcept>

namespace confab::storage::test {

namespace {

template <class T>
T take(Result<T> result) {
  if (!result) {
    throw std::runtime_error(std::string(to_string(result.error().code)) + ": " +
                             result.error().detail);
  }
  return std::move(result).value();
}

}  // namespace

User make_user(const std::string& username) {
  User user;
  user.uuid = make_uuid7();
  user.username = username;
  user.email = username + "@example.org";
  user.password_hash = "hash";
  user.first_name = "First";
  user.created_at = at(0);
  user.updated_at = at(0);
  return user;
}

StoreFixture::StoreFixture(Kind kind) : database(make_database(kind)) {
  store = take(database->open());
  take(store->migrate());
  reader = take(store->open_reader());
  writer = take(store->open_writer());
}

std::int64_t StoreFixture::must(const Change& change) {
  const auto results = writer->commit(std::span(&change, 1));
  return take(results.at(0)).id;
}

std::optional<ErrorCode> StoreFixture::refusal(const Change& change) {
  const auto results = writer->commit(std::span(&change, 1));
  if (results.at(0)) return std::nullopt;
  return results.at(0).error().code;
}

UserId StoreFixture::add_user(const std::string& username) {
  return UserId{must(InsertUser{make_user(username), {}})};
}

ConversationId StoreFixture::add_conversation(const std::vector<UserId>& members) {
  Conversation conversation;
  conversation.uuid = make_uuid7();
  conversation.title = "talk";
  conversation.owner = members.front();
  conversation.created_at = at(1);
  conversation.updated_at = at(1);
  return ConversationId{must(InsertConversation{conversation, members, {}})};
}

Message StoreFixture::next_message(ConversationId conversation, UserId sender,
                                   const std::string& content) {
  Message message;
  message.id = MessageId{make_uuid7()};
  message.conversation = conversation;
  message.seq = Seq{snapshot(conversation, 0).conversation.last_seq.value + 1};
  message.sender = sender;
  message.content = content;
  message.timestamp = at(static_cast<int>(message.seq.value) + 10);
  return message;
}

Message StoreFixture::post(ConversationId conversation, UserId sender, const std::string& content,
                           const Message* parent) {
  Message message = next_message(conversation, sender, content);
  if (parent != nullptr) {
    message.parent = parent->seq;
    message.parent_id = parent->id;
    message.depth = static_cast<std::uint8_t>(parent->depth + 1);
  }
  must(PostMessage{message, {}});
  return message;
}

ConversationSnapshot StoreFixture::snapshot(ConversationId conversation, std::uint32_t newest) {
  return take(reader->conversation(conversation, newest));
}

std::vector<Event> StoreFixture::events(UserId user) {
  return take(reader->missed_events(user, EventPlace{}, 1000)).events;
}

std::uint64_t StoreFixture::rows(const std::string& table) {
  return std::stoull(database->value("SELECT count(*) FROM " + table));
}

std::string kind_name(const testing::TestParamInfo<Kind>& info) {
  return info.param == Kind::sqlite ? "sqlite" : "postgres";
}

std::vector<Seq> seqs(std::initializer_list<std::uint32_t> values) {
  std::vector<Seq> list;
  for (const std::uint32_t value : values) list.push_back(Seq{value});
  return list;
}

SeqSet seq_set(std::initializer_list<std::uint32_t> values) {
  SeqSet set;
  for (const std::uint32_t value : values) set.add(Seq{value});
  return set;
}

std::vector<EventKind> kinds(const std::vector<Event>& events) {
  std::vector<EventKind> list;
  for (const Event& event : events) list.push_back(event.kind);
  return list;
}

}  // namespace confab::storage::test
