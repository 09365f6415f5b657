#include "storage/sql/postgres_sets.hpp"

#include <algorithm>

#include "storage/sql/errors.hpp"
#include "storage/sql/tsvector.hpp"

namespace confab::storage {

namespace {

// A COMMIT may follow before the answer has come: the statement itself has to fail, by dividing by
// zero, unless it changes one row for each element of $1.
#define CONFAB_EACH(update)  \
  "WITH changed AS (" update \
  " RETURNING 1) "           \
  "SELECT 1 / (count(*) = cardinality($1))::integer FROM changed"

constexpr PostgresStatement kGrow{
    "confab_grow",
    CONFAB_EACH("UPDATE conversations c SET last_seq = u.to_seq, "
                "message_count = c.message_count + (u.to_seq - u.from_seq), "
                "updated_at = greatest(c.updated_at, u.at) "
                "FROM unnest($1::bigint[], $2::integer[], $3::integer[], $4::bigint[]) "
                "AS u (id, from_seq, to_seq, at) WHERE c.id = u.id AND c.last_seq = u.from_seq")};

constexpr PostgresStatement kInsertMessages{
    "confab_insert_messages",
    "INSERT INTO messages (conversation_id, seq, depth, id, sender_id, receiver_id, sent_at, "
    "parent_id, parent_seq, reply_count, content, words) "
    "SELECT u.conversation_id, u.seq, u.depth, u.id, u.sender_id, u.receiver_id, u.sent_at, "
    "u.parent_id, u.parent_seq, u.reply_count, u.content, u.words "
    "FROM unnest($1::bigint[], $2::integer[], $3::smallint[], $4::uuid[], $5::bigint[], "
    "$6::bigint[], $7::bigint[], $8::uuid[], $9::integer[], $10::integer[], $11::text[], "
    "$12::tsvector[]) AS u (conversation_id, seq, depth, id, sender_id, receiver_id, sent_at, "
    "parent_id, parent_seq, reply_count, content, words)"};

constexpr PostgresStatement kCountReplies{
    "confab_count_replies",
    CONFAB_EACH("UPDATE messages m SET reply_count = m.reply_count + u.replies "
                "FROM unnest($1::bigint[], $2::integer[], $3::integer[]) "
                "AS u (conversation_id, seq, replies) "
                "WHERE m.conversation_id = u.conversation_id AND m.seq = u.seq")};

constexpr PostgresStatement kInsertEvents{
    "confab_insert_events",
    "INSERT INTO events (kind, conversation_id, at, audience_id, subject_id, message_id, seq, "
    "seqs, parent_seq, conversation_uuid) "
    "SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], "
    "$6::uuid[], $7::integer[], $8::bytea[], $9::integer[], $10::uuid[])"};

constexpr PostgresStatement kInsertReplies{
    "confab_insert_replies",
    "INSERT INTO idempotency (user_id, key, fingerprint, status, body, created_at) "
    "SELECT * FROM unnest($1::bigint[], $2::text[], $3::bytea[], $4::integer[], $5::text[], "
    "$6::bigint[])"};

constexpr PostgresStatement kSaveReadStates{
    "confab_save_read_states",
    CONFAB_EACH("UPDATE members m SET read_set = u.read_set, dismissed_set = u.dismissed_set "
                "FROM unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::bytea[]) "
                "AS u (conversation_id, user_id, read_set, dismissed_set) "
                "WHERE m.conversation_id = u.conversation_id AND m.user_id = u.user_id "
                "AND m.has_left = 0")};
#undef CONFAB_EACH

}  // namespace

void prepare_sets(Session& session) {
  prepare_index_message(session);
  prepare(session,
          {kGrow, kInsertMessages, kCountReplies, kInsertEvents, kInsertReplies, kSaveReadStates});
}

void ReplySet::clear() {
  empty_ = true;
  for (PostgresArray* array : {&user_, &key_, &fingerprint_, &status_, &body_, &created_at_}) {
    array->clear();
  }
}

void ReplySet::add(const PendingReply& reply, Applier::Memo& memo) {
  const IdempotencyRecord& record = reply.record;
  if (!memo.body) memo.body = reply.body_for ? reply.body_for(0) : record.body;
  empty_ = false;
  user_.add(record.user);
  key_.add(std::string_view(record.key));
  fingerprint_.add(std::string_view(record.fingerprint));
  status_.add(static_cast<std::int64_t>(record.status));
  body_.add(std::string_view(*memo.body));
  created_at_.add(record.created_at);
}

void ReplySet::send(PostgresPipeline& pipeline) {
  if (empty_) return;
  pipeline.send(kInsertReplies, {user_.bytes(), key_.bytes(), fingerprint_.bytes(), status_.bytes(),
                                 body_.bytes(), created_at_.bytes()});
}

void EventSet::clear() {
  empty_ = true;
  for (PostgresArray* array : {&kind_, &conversation_, &at_, &audience_, &subject_, &message_,
                               &seq_, &seqs_, &parent_, &conversation_uuid_}) {
    array->clear();
  }
}

void EventSet::add(const Event& event) {
  empty_ = false;
  kind_.add(static_cast<std::int64_t>(event.kind));
  conversation_.add(event.conversation);
  at_.add(event.at);
  audience_.add(null_if_none(event.audience));
  subject_.add(null_if_none(event.subject));
  message_.add(null_if_none(event.message.value));
  seq_.add(null_if_none(event.seq));
  if (event.seqs.empty()) {
    seqs_.add_null();
  } else {
    seqs_.add(std::string_view(event.seqs));
  }
  parent_.add(null_if_none(event.parent));
  conversation_uuid_.add(null_if_none(event.conversation_uuid));
}

void EventSet::send(PostgresPipeline& pipeline) {
  pipeline.send(kInsertEvents, {kind_.bytes(), conversation_.bytes(), at_.bytes(),
                                audience_.bytes(), subject_.bytes(), message_.bytes(), seq_.bytes(),
                                seqs_.bytes(), parent_.bytes(), conversation_uuid_.bytes()});
}

Result<Committed> RunSummary::gather(std::span<const PostInRun> run) {
  for (const PostInRun& post : run) {
    const Message& message = post.change->message;
    const Seq previous{message.seq.value - 1};
    const auto [entry, first] =
        growth_.try_emplace(message.conversation, Growth{previous, previous, message.timestamp});
    Growth& growth = entry->second;
    if (growth.to != previous) {
      return fail(ErrorCode::storage_conflict, "the message's place is not the next");
    }
    growth.to = message.seq;
    growth.at = std::max(growth.at, message.timestamp);
    if (!message.parent) continue;
    if (message.parent >= message.seq) return fail(ErrorCode::parent_not_found);
    ++replies_[{message.conversation, message.parent}];
  }
  return Committed{};
}

std::uint32_t RunSummary::replies_to(ConversationId conversation, Seq seq) const {
  if (replies_.empty()) return 0;
  const auto found = replies_.find({conversation, seq});
  return found == replies_.end() ? 0 : found->second;
}

std::size_t RunSummary::old_parents() const {
  std::size_t count = 0;
  each_old_parent([&](ConversationId, Seq, std::uint32_t) { ++count; });
  return count;
}

void PostSet::clear() {
  replies_.clear();
  events_.clear();
  for (PostgresArray* array :
       {&conversation_, &seq_, &depth_, &id_, &sender_, &receiver_, &sent_at_, &parent_id_,
        &parent_seq_, &reply_count_, &content_, &words_, &grown_, &grown_from_, &grown_to_,
        &grown_at_, &parent_conversation_, &parent_, &parent_replies_}) {
    array->clear();
  }
}

void PostSet::add_growth(const RunSummary& summary) {
  for (const auto& [conversation, growth] : summary.growth()) {
    grown_.add(conversation);
    grown_from_.add(growth.from);
    grown_to_.add(growth.to);
    grown_at_.add(growth.at);
  }
  summary.each_old_parent([&](ConversationId conversation, Seq parent, std::uint32_t replies) {
    parent_conversation_.add(conversation);
    parent_.add(parent);
    parent_replies_.add(static_cast<std::int64_t>(replies));
  });
}

void PostSet::add_post(const PostMessage& post, const RunSummary& summary) {
  const Message& message = post.message;
  conversation_.add(message.conversation);
  seq_.add(message.seq);
  depth_.add(static_cast<std::int64_t>(message.depth));
  id_.add(message.id.value);
  sender_.add(message.sender);
  receiver_.add(null_if_none(message.receiver));
  sent_at_.add(message.timestamp);
  parent_id_.add(null_if_none(message.parent_id.value));
  parent_seq_.add(null_if_none(message.parent));
  const std::uint32_t replies = summary.replies_to(message.conversation, message.seq);
  reply_count_.add(static_cast<std::int64_t>(replies));
  content_.add(std::string_view(message.content));
  words_.add(std::string_view(post.words.empty() ? to_tsvector(message.content) : post.words));
  events_.add(message_event(EventKind::message_created, message.conversation, message.seq,
                            message.id, message.timestamp));
}

Result<Committed> PostSet::send(PostgresPipeline& pipeline, std::span<const PostInRun> run) {
  RunSummary summary;
  const auto gathered = summary.gather(run);
  if (!gathered) return gathered;
  clear();
  add_growth(summary);
  for (const PostInRun& post : run) {
    add_post(*post.change, summary);
    if (post.change->reply) replies_.add(*post.change->reply, *post.memo);
  }
  grow_at_ = pipeline.sent();
  pipeline.send(kGrow, {grown_.bytes(), grown_from_.bytes(), grown_to_.bytes(), grown_at_.bytes()});
  pipeline.send(kInsertMessages,
                {conversation_.bytes(), seq_.bytes(), depth_.bytes(), id_.bytes(), sender_.bytes(),
                 receiver_.bytes(), sent_at_.bytes(), parent_id_.bytes(), parent_seq_.bytes(),
                 reply_count_.bytes(), content_.bytes(), words_.bytes()});
  count_replies_at_ = pipeline.sent();
  if (summary.old_parents() > 0) {
    pipeline.send(kCountReplies,
                  {parent_conversation_.bytes(), parent_.bytes(), parent_replies_.bytes()});
  }
  events_.send(pipeline);
  replies_.send(pipeline);
  return Committed{};
}

Result<Committed> PostSet::verdict(const PostgresPipeline& pipeline) const {
  if (pipeline.divided_by_zero(grow_at_)) {
    return fail(ErrorCode::storage_conflict, "the message's place is not the next");
  }
  if (pipeline.divided_by_zero(count_replies_at_)) return fail(ErrorCode::parent_not_found);
  return Committed{};
}

void ReadSet::clear() {
  replies_.clear();
  events_.clear();
  for (PostgresArray* array : {&conversation_, &user_, &read_, &dismissed_}) array->clear();
}

Result<Committed> ReadSet::send(PostgresPipeline& pipeline, std::span<const ReadInRun> run) {
  clear();
  // A member's later state replaces his earlier one.
  std::map<std::pair<ConversationId, UserId>, const SaveReadState*> newest;
  for (const ReadInRun& read : run) {
    newest[{read.change->conversation, read.change->user}] = read.change;
    for (const Event& event : read_events(*read.change)) events_.add(event);
    if (read.change->reply) replies_.add(*read.change->reply, *read.memo);
  }
  for (const auto& [member, change] : newest) {
    conversation_.add(member.first);
    user_.add(member.second);
    read_.add(std::string_view(change->read.bytes()));
    dismissed_.add(std::string_view(change->dismissed.bytes()));
  }
  save_at_ = pipeline.sent();
  pipeline.send(kSaveReadStates,
                {conversation_.bytes(), user_.bytes(), read_.bytes(), dismissed_.bytes()});
  if (!events_.empty()) events_.send(pipeline);
  replies_.send(pipeline);
  return Committed{};
}

Result<Committed> ReadSet::verdict(const PostgresPipeline& pipeline) const {
  if (pipeline.divided_by_zero(save_at_)) return fail(ErrorCode::not_participant);
  return Committed{};
}

}  // namespace confab::storage
