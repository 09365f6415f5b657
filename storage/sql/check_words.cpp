#include <fmt/format.h>

#include "storage/sql/checker.hpp"
#include "storage/sql/search_query.hpp"
#include "storage/sql/sqlite_statement.hpp"
#include "storage/sql/text.hpp"

namespace confab::storage {

namespace {

struct Unindexed {
  ConversationId conversation;
  Seq seq;
  std::string content;
};

/// Messages without an entry, although they have words.
std::vector<Unindexed> select_unindexed(Session& session, std::string_view sql) {
  std::vector<Unindexed> rows;
  session.each<ConversationId, Seq, std::string>(
      sql, [&](ConversationId conversation, Seq seq, std::string content) {
        if (!index_words(content).empty()) rows.push_back({conversation, seq, std::move(content)});
      });
  return rows;
}

void report_unindexed(Inspection& inspection, const std::vector<Unindexed>& rows) {
  for (const Unindexed& row : rows) {
    inspection.report(fmt::format("message {} of conversation {} cannot be found by its words",
                                  row.seq.value, row.conversation.value),
                      inspection.repairs());
  }
}

void check_postgres(Inspection& inspection) {
  const auto missing = select_unindexed(
      inspection.session(),
      "SELECT conversation_id, seq, content FROM messages WHERE words IS NULL ORDER BY 1, 2");
  report_unindexed(inspection, missing);
  if (!inspection.repairs()) return;
  for (const Unindexed& row : missing) {
    inspection.session().execute(
        "UPDATE messages SET words = CAST(:words AS tsvector) "
        "WHERE conversation_id = :conversation_id AND seq = :seq",
        to_tsvector(row.content), row.conversation, row.seq);
  }
}

/// The index does not know the words of a row, so that single rows cannot be taken out for sure.
void rebuild_sqlite(Session& session) {
  session.script("INSERT INTO message_words (message_words) VALUES ('delete-all')");
  SqliteStatement insert(session.sqlite(),
                         "INSERT INTO message_words (rowid, words) VALUES (?, ?)");
  session.each<ConversationId, Seq, std::string>(
      "SELECT conversation_id, seq, content FROM messages",
      [&](ConversationId conversation, Seq seq, const std::string& content) {
        const std::string words = index_words(content);
        if (words.empty()) return;
        insert.run(conversation.value << 32 | seq.value, std::string_view(words));
      });
}

void check_sqlite(Inspection& inspection) {
  Session& session = inspection.session();
  const auto missing = select_unindexed(
      session,
      "SELECT conversation_id, seq, content FROM messages m WHERE NOT EXISTS "
      "(SELECT 1 FROM message_words_docsize d WHERE d.id = (m.conversation_id << 32 | m.seq)) "
      "ORDER BY 1, 2");
  report_unindexed(inspection, missing);
  std::size_t strays = 0;
  session.each<ConversationId, Seq>(
      "SELECT d.id >> 32, d.id & 4294967295 FROM message_words_docsize d WHERE NOT EXISTS "
      "(SELECT 1 FROM messages m WHERE m.conversation_id = (d.id >> 32) "
      "AND m.seq = (d.id & 4294967295)) ORDER BY 1, 2",
      [&](ConversationId conversation, Seq seq) {
        ++strays;
        inspection.report(fmt::format("words are kept of message {} of conversation {}, which does "
                                      "not exist",
                                      seq.value, conversation.value),
                          inspection.repairs());
      });
  if (inspection.repairs() && (strays > 0 || !missing.empty())) rebuild_sqlite(session);
}

}  // namespace

void check_words(Inspection& inspection) {
  if (inspection.session().dialect() == Dialect::sqlite) {
    check_sqlite(inspection);
  } else {
    check_postgres(inspection);
  }
}

}  // namespace confab::storage
