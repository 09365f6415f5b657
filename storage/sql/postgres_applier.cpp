#include "storage/sql/postgres_applier.hpp"

#include "storage/sql/errors.hpp"
#include "storage/sql/tsvector.hpp"

namespace confab::storage {

std::int64_t PostgresApplier::reserve_id(const char* table) {
  return session()
      .value<std::int64_t>("SELECT nextval(pg_get_serial_sequence(:table_name, 'id'))",
                           std::string(table))
      .value_or(0);
}

void PostgresApplier::insert_events(std::span<const Event> events) {
  if (events.empty()) return;
  events_.clear();
  for (const Event& event : events) events_.add(event);
  PostgresPipeline pipeline(session());
  events_.send(pipeline);
  pipeline.finish();
}

void PostgresApplier::index_message(ConversationId conversation, Seq seq,
                                    const std::string& content) {
  storage::index_message(session(), conversation, seq, content);
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
