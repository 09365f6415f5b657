#include "storage/sql/postgres_reader.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "storage/sql/postgres_binary.hpp"

namespace confab::storage {

namespace {

constexpr PostgresStatement kConversation{
    "confab_conversation",
    "SELECT uuid, title, owner_id, last_seq, message_count, created_at, updated_at "
    "FROM conversations WHERE id = $1::bigint"};

constexpr PostgresStatement kMembers{
    "confab_members",
    "SELECT user_id, joined_after, joined_at, has_left, read_set, dismissed_set FROM members "
    "WHERE conversation_id = $1::bigint ORDER BY joined_at, user_id"};

constexpr PostgresStatement kPlacesBySender{
    "confab_places_by_sender",
    "SELECT sender_id, parent_seq IS NULL, array_agg(seq) FROM messages "
    "WHERE conversation_id = $1::bigint GROUP BY 1, 2"};

#define CONFAB_SELECT_MESSAGE                                                               \
  "SELECT id, conversation_id, seq, sender_id, receiver_id, parent_seq, parent_id, depth, " \
  "reply_count, content, sent_at, edited_at FROM messages "

constexpr PostgresStatement kNewest{"confab_newest", CONFAB_SELECT_MESSAGE
                                    "WHERE conversation_id = $1::bigint "
                                    "ORDER BY seq DESC LIMIT $2::bigint"};

constexpr PostgresStatement kMessages{"confab_messages", CONFAB_SELECT_MESSAGE
                                      "WHERE conversation_id = $1::bigint "
                                      "AND seq = ANY($2::integer[])"};

constexpr PostgresStatement kMemberships{
    "confab_memberships",
    "SELECT c.id, c.updated_at FROM members m JOIN conversations c ON c.id = m.conversation_id "
    "WHERE m.user_id = $1::bigint AND m.has_left = 0 ORDER BY c.updated_at DESC, c.id DESC"};

constexpr PostgresStatement kPlaces{
    "confab_places", "SELECT id, conversation_id, seq FROM messages WHERE id = ANY($1::uuid[])"};

#undef CONFAB_SELECT_MESSAGE

constexpr std::chrono::seconds kHopeless{1};

std::string parameter(std::int64_t value) {
  std::string bytes;
  append_int64(bytes, value);
  return bytes;
}

template <class Id>
Id id_at(const PostgresRows& rows, int row, int column) {
  return Id{static_cast<decltype(Id::value)>(rows.number(row, column))};
}

/// A statement on its own, and its answer.
class Question {
 public:
  Question(Session& session, const PostgresStatement& statement,
           std::initializer_list<std::string_view> parameters)
      : pipeline_(session) {
    pipeline_.send(statement, parameters);
    pipeline_.finish();
  }

  PostgresRows rows() const { return PostgresRows(pipeline_.results().front().get()); }

 private:
  PostgresPipeline pipeline_;
};

Conversation read_conversation(ConversationId id, const PostgresRows& rows) {
  return {id,
          rows.uuid(0, 0),
          std::string(rows.bytes(0, 1)),
          id_at<UserId>(rows, 0, 2),
          id_at<Seq>(rows, 0, 3),
          static_cast<std::uint32_t>(rows.number(0, 4)),
          rows.time(0, 5),
          rows.time(0, 6)};
}

std::vector<Member> read_members(ConversationId id, const PostgresRows& rows) {
  std::vector<Member> members;
  members.reserve(static_cast<std::size_t>(rows.count()));
  for (int row = 0; row < rows.count(); ++row) {
    members.push_back({id, id_at<UserId>(rows, row, 0), id_at<Seq>(rows, row, 1), rows.time(row, 2),
                       rows.number(row, 3) != 0, decode_set(std::string(rows.bytes(row, 4))),
                       decode_set(std::string(rows.bytes(row, 5)))});
  }
  return members;
}

void read_sets(const PostgresRows& rows, ConversationSnapshot& snapshot) {
  std::map<UserId, SeqSet> sent;
  for (int row = 0; row < rows.count(); ++row) {
    SeqSet seqs;
    for (const std::uint32_t seq : rows.numbers(row, 2)) seqs.add(Seq{seq});
    snapshot.live |= seqs;
    const bool is_top_level = rows.bytes(row, 1) != std::string_view("\0", 1);
    if (is_top_level) snapshot.top_level |= seqs;
    sent[id_at<UserId>(rows, row, 0)] |= seqs;
  }
  snapshot.live.compact();
  snapshot.top_level.compact();
  for (auto& [sender, seqs] : sent) {
    seqs.compact();
    snapshot.sent.emplace_back(sender, std::move(seqs));
  }
}

Message read_message(const PostgresRows& rows, int row) {
  Message message;
  message.id = MessageId{rows.uuid(row, 0)};
  message.conversation = id_at<ConversationId>(rows, row, 1);
  message.seq = id_at<Seq>(rows, row, 2);
  message.sender = id_at<UserId>(rows, row, 3);
  message.receiver = id_at<UserId>(rows, row, 4);
  message.parent = id_at<Seq>(rows, row, 5);
  message.parent_id = MessageId{rows.uuid(row, 6)};
  message.depth = static_cast<std::uint8_t>(rows.number(row, 7));
  message.reply_count = static_cast<std::uint32_t>(rows.number(row, 8));
  message.content = rows.bytes(row, 9);
  message.timestamp = rows.time(row, 10);
  if (!rows.is_null(row, 11)) message.edited_at = rows.time(row, 11);
  return message;
}

}  // namespace

PostgresReader::PostgresReader(PostgresAddress address)
    : SqlReader(Dialect::postgres), address_(std::move(address)) {}

std::unique_ptr<Session> PostgresReader::connect() {
  // A database that is cut off is not refused but waited for. Those who queue here would wait for
  // it one after the other.
  if (Clock::now() < hopeless_until_)
    throw soci::soci_error("connection to the database timed out");
  const Clock::time_point begun = Clock::now();
  try {
    auto session = connect_postgres(address_, PostgresRole::reader);
    prepare(*session,
            {kConversation, kMembers, kPlacesBySender, kNewest, kMessages, kMemberships, kPlaces});
    return session;
  } catch (const soci::soci_error&) {
    const bool was_waited_for = Clock::now() - begun >= kHopeless;
    if (was_waited_for) hopeless_until_ = Clock::now() + kHopeless;
    throw;
  }
}

Result<ConversationSnapshot> PostgresReader::conversation(ConversationId id, std::uint32_t newest) {
  return reading([&](Session& session) -> Result<ConversationSnapshot> {
    const std::string key = parameter(id.value);
    // Up to its end the pipeline is one transaction, and the role's isolation makes it one
    // snapshot.
    PostgresPipeline pipeline(session);
    pipeline.send(kConversation, {key});
    pipeline.send(kMembers, {key});
    pipeline.send(kPlacesBySender, {key});
    pipeline.send(kNewest, {key, parameter(newest)});
    const auto& results = pipeline.finish();
    const PostgresRows header(results[0].get());
    if (header.count() == 0) return fail(ErrorCode::not_found);
    ConversationSnapshot snapshot;
    snapshot.conversation = read_conversation(id, header);
    snapshot.members = read_members(id, PostgresRows(results[1].get()));
    read_sets(PostgresRows(results[2].get()), snapshot);
    const PostgresRows messages(results[3].get());
    for (int row = 0; row < messages.count(); ++row) {
      snapshot.newest.push_back(read_message(messages, row));
    }
    return snapshot;
  });
}

Result<std::vector<MembershipRow>> PostgresReader::memberships(UserId user) {
  return reading([&](Session& session) -> Result<std::vector<MembershipRow>> {
    const Question question(session, kMemberships, {parameter(user.value)});
    const PostgresRows rows = question.rows();
    std::vector<MembershipRow> found;
    found.reserve(static_cast<std::size_t>(rows.count()));
    for (int row = 0; row < rows.count(); ++row) {
      found.push_back({id_at<ConversationId>(rows, row, 0), rows.time(row, 1)});
    }
    return found;
  });
}

Result<std::vector<MessagePlace>> PostgresReader::places(const std::vector<MessageId>& ids) {
  return reading([&](Session& session) -> Result<std::vector<MessagePlace>> {
    PostgresArray wanted(PostgresArray::Type::uuid);
    for (const MessageId id : ids) wanted.add(id.value);
    const Question question(session, kPlaces, {wanted.bytes()});
    const PostgresRows rows = question.rows();
    std::vector<MessagePlace> found;
    found.reserve(static_cast<std::size_t>(rows.count()));
    for (int row = 0; row < rows.count(); ++row) {
      found.push_back({MessageId{rows.uuid(row, 0)}, id_at<ConversationId>(rows, row, 1),
                       id_at<Seq>(rows, row, 2)});
    }
    return found;
  });
}

Result<std::vector<Message>> PostgresReader::messages(ConversationId conversation,
                                                      const std::vector<Seq>& seqs) {
  return reading([&](Session& session) -> Result<std::vector<Message>> {
    PostgresArray wanted(PostgresArray::Type::int32);
    for (const Seq seq : seqs) wanted.add(seq);
    const Question question(session, kMessages, {parameter(conversation.value), wanted.bytes()});
    const PostgresRows rows = question.rows();
    std::unordered_map<Seq, int> row_of;
    for (int row = 0; row < rows.count(); ++row) row_of.emplace(id_at<Seq>(rows, row, 2), row);
    std::vector<Message> found;
    for (const Seq seq : seqs) {
      const auto entry = row_of.find(seq);
      if (entry != row_of.end()) found.push_back(read_message(rows, entry->second));
    }
    return found;
  });
}

}  // namespace confab::storage
