#include "storage/sql/dialect.hpp"

#include <array>

namespace confab::storage {

namespace {

struct Phrase {
  std::string_view word;
  std::string_view sqlite_before, sqlite_after;
  std::string_view postgres_before, postgres_after;
};

constexpr std::array kPhrases{
    Phrase{"uuid", "CAST(", " AS BLOB)", "CAST(", " AS uuid)"},
    Phrase{"bytes", "CAST(", " AS BLOB)", "CAST(", " AS bytea)"},
    Phrase{"in", "IN (SELECT value FROM json_each(", "))", "= ANY(CAST(", " AS bigint[]))"},
    Phrase{"lock", "", "", "FOR UPDATE", ""},
    // Without a name of its own PostgreSQL would call it txid, order by it, and use no index.
    Phrase{"place", "0, position", "",
           "CAST(CAST(txid AS text) AS bigint) AS place_transaction, position", ""},
    Phrase{"by_place", "position", "", "txid, position", ""},
    Phrase{"by_place_backwards", "position DESC", "", "txid DESC, position DESC", ""},
    // The transaction is 0 there, the position never less.
    Phrase{"after", "position > max(", ")", "(txid, position) > (", ")"},
    Phrase{"up_to", "position <= max(", ")", "(txid, position) <= (", ")"},
    Phrase{"settled", "TRUE", "", "txid < pg_snapshot_xmin(pg_current_snapshot())", ""},
    Phrase{"lock_key", "", "", "FOR KEY SHARE", ""},
};

void append_phrase(std::string& out, std::string_view inside, Dialect dialect) {
  const std::size_t space = inside.find(' ');
  const std::string_view word = inside.substr(0, space);
  const std::string_view operand =
      space == std::string_view::npos ? std::string_view{} : inside.substr(space + 1);
  for (const Phrase& phrase : kPhrases) {
    if (phrase.word != word) continue;
    const bool sqlite = dialect == Dialect::sqlite;
    out += sqlite ? phrase.sqlite_before : phrase.postgres_before;
    out += operand;
    out += sqlite ? phrase.sqlite_after : phrase.postgres_after;
  }
}

}  // namespace

std::string translate(std::string_view sql, Dialect dialect) {
  std::string out;
  while (true) {
    const std::size_t open = sql.find('{');
    out += sql.substr(0, open);
    if (open == std::string_view::npos) return out;
    const std::size_t close = sql.find('}', open);
    append_phrase(out, sql.substr(open + 1, close - open - 1), dialect);
    sql.remove_prefix(close + 1);
  }
}

}  // namespace confab::storage
