#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <string_view>

#include <fmt/format.h>

#include "storage/sql/checker.hpp"
#include "storage/sql/sqlite_statement.hpp"
#include "storage/sql/text.hpp"
#include "storage/sql/tsvector.hpp"

namespace confab::storage {

namespace {

constexpr std::string_view kNotIndexed =
    "message {} of conversation {} cannot be found by its words";

struct Unindexed {
  ConversationId conversation;
  Seq seq;
  std::string content;
};

void report_unindexed(Inspection& inspection, const std::vector<Unindexed>& rows) {
  for (const Unindexed& row : rows) {
    inspection.report(fmt::format(kNotIndexed, row.seq.value, row.conversation.value),
                      inspection.repairs());
  }
}

void check_postgres(Inspection& inspection) {
  std::vector<Unindexed> missing;
  inspection.session().each<ConversationId, Seq, std::string>(
      "SELECT conversation_id, seq, content FROM messages WHERE words IS NULL ORDER BY 1, 2",
      [&](ConversationId conversation, Seq seq, std::string content) {
        if (index_words(content).empty()) return;
        missing.push_back({conversation, seq, std::move(content)});
      });
  report_unindexed(inspection, missing);
  if (!inspection.repairs()) return;
  prepare_index_message(inspection.session());
  for (const Unindexed& row : missing) {
    index_message(inspection.session(), row.conversation, row.seq, row.content);
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
        insert.run(word_row(conversation, seq), std::string_view(words));
      });
}

/// What the index holds of one row, boiled down to a number that does not depend on the order in
/// which its words are met.
using Digests = std::map<std::int64_t, std::uint64_t>;

std::uint64_t digest(std::string_view word, std::uint64_t position) {
  std::uint64_t mixed = std::hash<std::string_view>{}(word) + position * 0x9e3779b97f4a7c15U;
  mixed = (mixed ^ mixed >> 31) * 0xbf58476d1ce4e5b9U;
  return mixed ^ mixed >> 29;
}

Digests digest_messages(Session& session) {
  Digests digests;
  session.each<ConversationId, Seq, std::string>(
      "SELECT conversation_id, seq, content FROM messages",
      [&](ConversationId conversation, Seq seq, const std::string& content) {
        const std::string words = index_words(content);
        std::uint64_t sum = 0;
        std::uint64_t position = 0;
        for (std::size_t start = 0; start < words.size();) {
          const std::size_t end = std::min(words.find(' ', start), words.size());
          sum += digest(std::string_view(words).substr(start, end - start), position++);
          start = end + 1;
        }
        if (position > 0) digests.emplace(word_row(conversation, seq), sum);
      });
  return digests;
}

Digests digest_index(Session& session) {
  session.script(
      "CREATE VIRTUAL TABLE temp.indexed_words USING fts5vocab(main, message_words, instance)");
  Digests digests;
  session.each<std::int64_t, std::string, std::uint64_t>(
      "SELECT doc, term, \"offset\" FROM temp.indexed_words",
      [&](std::int64_t row, const std::string& word, std::uint64_t position) {
        digests[row] += digest(word, position);
      });
  return digests;
}

void check_sqlite(Inspection& inspection) {
  Digests indexed = digest_index(inspection.session());
  std::size_t wrong = 0;
  const auto report = [&](std::int64_t row, std::string_view sentence) {
    ++wrong;
    inspection.report(fmt::format(fmt::runtime(sentence), row & 0xffffffff, row >> 32),
                      inspection.repairs());
  };
  for (const auto& [row, sum] : digest_messages(inspection.session())) {
    const auto found = indexed.find(row);
    if (found == indexed.end()) {
      report(row, kNotIndexed);
    } else {
      if (found->second != sum)
        report(row, "message {} of conversation {} is found by wrong words");
      indexed.erase(found);
    }
  }
  for (const auto& [row, sum] : indexed) {
    report(row, "words are kept of message {} of conversation {}, which does not exist");
  }
  if (inspection.repairs() && wrong > 0) rebuild_sqlite(inspection.session());
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
