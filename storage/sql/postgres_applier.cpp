#include "storage/sql/postgres_applier.hpp"

#include "storage/sql/errors.hpp"
#include "storage/sql/search_query.hpp"

namespace confab::storage {

std::int64_t PostgresApplier::reserve_id(const char* table) {
  return session()
      .value<std::int64_t>("SELECT nextval(pg_get_serial_sequence(:table_name, 'id'))",
                           std::string(table))
      .value_or(0);
}

void PostgresApplier::insert_event(const Event& event) {
  session().execute(
      "INSERT INTO events (kind, conversation_id, at, audience_id, subject_id, message_id, seq, "
      "seqs, parent_seq, conversation_uuid) "
      "VALUES (:kind, :conversation_id, :at, :audience_id, :subject_id, {uuid :message_id}, :seq, "
      "{bytes :seqs}, :parent_seq, {uuid :conversation_uuid})",
      event.kind, event.conversation, event.at, null_if_none(event.audience),
      null_if_none(event.subject), null_if_none(event.message), null_if_none(event.seq),
      event.seqs.empty() ? std::nullopt : std::optional(Bytes{event.seqs}),
      null_if_none(event.parent), null_if_none(event.conversation_uuid));
}

void PostgresApplier::index_message(ConversationId conversation, Seq seq,
                                    const std::string& content) {
  session().execute(
      "UPDATE messages SET words = CAST(:words AS tsvector) "
      "WHERE conversation_id = :conversation_id AND seq = :seq",
      to_tsvector(content), conversation, seq);
}

Result<Committed> PostgresApplier::on(const PostMessage& change, Memo& memo) {
  return write(posts_, PostInRun{&change, &memo});
}

Result<Committed> PostgresApplier::on(const SaveReadState& change, Memo& memo) {
  return write(reads_, ReadInRun{&change, &memo});
}

template <class Set, class Change>
Result<Committed> PostgresApplier::write(Set& set, const Change& change) {
  PostgresPipeline pipeline(session());
  auto sent = set.send(pipeline, std::span(&change, 1));
  try {
    pipeline.finish();
  } catch (const soci::postgresql_soci_error& error) {
    auto verdict = set.verdict(pipeline);
    if (verdict || is_connection_lost(error)) throw;
    return verdict;
  }
  return sent;
}

}  // namespace confab::storage
