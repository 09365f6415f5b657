#include <array>

#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include "tools/bench/api.hpp"
#include "tools/bench/bare.hpp"

namespace confab::bench {
namespace {

constexpr const char* kSqliteSchema = R"(
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA cache_size = -65536;
CREATE TABLE conversations(id INTEGER PRIMARY KEY, last_seq bigint NOT NULL, message_count bigint NOT NULL,
  updated_at bigint NOT NULL);
CREATE TABLE messages(conversation_id bigint NOT NULL, seq bigint NOT NULL, depth smallint NOT NULL,
  id blob NOT NULL UNIQUE, sender_id bigint NOT NULL, receiver_id bigint, sent_at bigint NOT NULL,
  edited_at bigint, parent_id blob, parent_seq bigint, reply_count bigint NOT NULL, content text NOT NULL,
  PRIMARY KEY(conversation_id, seq)) WITHOUT ROWID;
CREATE INDEX messages_parent ON messages(conversation_id, parent_seq) WHERE parent_seq IS NOT NULL;
CREATE VIRTUAL TABLE message_words USING fts5(words, content='', tokenize='ascii');
CREATE TABLE events(position INTEGER PRIMARY KEY, conversation_id bigint NOT NULL, at bigint NOT NULL,
  audience_id bigint, subject_id bigint, message_id blob, seq bigint, kind smallint NOT NULL);
CREATE INDEX events_conversation ON events(conversation_id);
CREATE INDEX events_message ON events(conversation_id, seq) WHERE message_id IS NOT NULL;
CREATE INDEX events_audience ON events(audience_id) WHERE audience_id IS NOT NULL;
CREATE INDEX events_subject ON events(subject_id) WHERE subject_id IS NOT NULL;
)";

class SqliteWriter : public BatchWriter {
 public:
  explicit SqliteWriter(const std::string& file) : file_(file) {
    remove_files();
    check(sqlite3_open(file.c_str(), &database_));
    run(kSqliteSchema);
    for (std::int64_t id = 0; id < kBareConversations; ++id) {
      run(fmt::format("INSERT INTO conversations VALUES({}, 0, 0, 0)", id).c_str());
    }
    insert_message_ = prepare(
        "INSERT INTO messages(conversation_id, seq, depth, id, sender_id, receiver_id, sent_at, "
        "reply_count, "
        "content) VALUES(?1, ?2, 0, ?3, ?4, ?5, ?6, 0, ?7)");
    insert_words_ = prepare("INSERT INTO message_words(rowid, words) VALUES(?1, ?2)");
    insert_event_ = prepare(
        "INSERT INTO events(position, conversation_id, seq, message_id, at, kind) VALUES(?1, ?2, "
        "?3, ?4, ?5, 1)");
    update_ = prepare(
        "UPDATE conversations SET last_seq = ?2, message_count = message_count + 1, updated_at = "
        "?3 WHERE id = ?1");
  }

  ~SqliteWriter() override {
    for (sqlite3_stmt* statement : {insert_message_, insert_words_, insert_event_, update_}) {
      sqlite3_finalize(statement);
    }
    sqlite3_close(database_);
    remove_files();
  }

  SqliteWriter(const SqliteWriter&) = delete;
  SqliteWriter& operator=(const SqliteWriter&) = delete;

  void write(const std::vector<Row>& rows) override {
    run("BEGIN IMMEDIATE");
    for (const Row& row : rows) {
      write_message(row);
      write_words(row);
      write_event(row);
      count(row);
    }
    run("COMMIT");
  }

 private:
  void write_message(const Row& row) {
    sqlite3_bind_int64(insert_message_, 1, row.conversation);
    sqlite3_bind_int64(insert_message_, 2, row.seq);
    bind_id(insert_message_, 3, row);
    sqlite3_bind_int64(insert_message_, 4, row.sender);
    sqlite3_bind_int64(insert_message_, 5, row.receiver);
    sqlite3_bind_int64(insert_message_, 6, row.created_at);
    bind_text(insert_message_, 7, row.content);
    step(insert_message_);
  }

  void write_words(const Row& row) {
    sqlite3_bind_int64(insert_words_, 1, row.conversation << 32 | row.seq);
    bind_text(insert_words_, 2, row.words);
    step(insert_words_);
  }

  void write_event(const Row& row) {
    sqlite3_bind_int64(insert_event_, 1, row.position);
    sqlite3_bind_int64(insert_event_, 2, row.conversation);
    sqlite3_bind_int64(insert_event_, 3, row.seq);
    bind_id(insert_event_, 4, row);
    sqlite3_bind_int64(insert_event_, 5, row.created_at);
    step(insert_event_);
  }

  void count(const Row& row) {
    sqlite3_bind_int64(update_, 1, row.conversation);
    sqlite3_bind_int64(update_, 2, row.seq);
    sqlite3_bind_int64(update_, 3, row.created_at);
    step(update_);
  }

  static void bind_id(sqlite3_stmt* statement, int place, const Row& row) {
    sqlite3_bind_blob(statement, place, row.message_id, sizeof row.message_id, SQLITE_STATIC);
  }

  static void bind_text(sqlite3_stmt* statement, int place, std::string_view text) {
    sqlite3_bind_text(statement, place, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  }

  void step(sqlite3_stmt* statement) {
    const int code = sqlite3_step(statement);
    sqlite3_reset(statement);
    if (code != SQLITE_DONE) {
      check(code);
    }
  }

  void run(const char* sql) { check(sqlite3_exec(database_, sql, nullptr, nullptr, nullptr)); }

  sqlite3_stmt* prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    check(sqlite3_prepare_v3(database_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
    return statement;
  }

  void check(int code) {
    if (code != SQLITE_OK) {
      throw BenchError(fmt::format("sqlite: {}", sqlite3_errmsg(database_)));
    }
  }

  void remove_files() {
    for (const char* suffix : {"", "-wal", "-shm"}) {
      ::unlink((file_ + suffix).c_str());
    }
  }

  std::string file_;
  sqlite3* database_ = nullptr;
  sqlite3_stmt* insert_message_ = nullptr;
  sqlite3_stmt* insert_words_ = nullptr;
  sqlite3_stmt* insert_event_ = nullptr;
  sqlite3_stmt* update_ = nullptr;
};

}  // namespace

std::unique_ptr<BatchWriter> make_sqlite_writer(const std::string& file) {
  return std::make_unique<SqliteWriter>(file);
}

}  // namespace confab::bench
