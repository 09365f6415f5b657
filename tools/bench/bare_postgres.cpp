#include <array>

#include <fmt/format.h>
#include <libpq-fe.h>

#include "tools/bench/api.hpp"
#include "tools/bench/bare.hpp"

namespace confab::bench {
namespace {

constexpr Oid kInt8Array = 1016;
constexpr Oid kTextArray = 1009;
constexpr Oid kUuidArray = 2951;

constexpr const char* kPostgresSchema = R"(
DROP SCHEMA IF EXISTS bare_bench CASCADE;
CREATE SCHEMA bare_bench;
SET search_path TO bare_bench;
CREATE TABLE conversations(id bigint PRIMARY KEY, last_seq integer NOT NULL, message_count integer NOT NULL,
  updated_at bigint NOT NULL) WITH (fillfactor = 70);
CREATE TABLE messages(conversation_id bigint NOT NULL, seq integer NOT NULL, depth smallint NOT NULL,
  id uuid NOT NULL UNIQUE, sender_id bigint NOT NULL, receiver_id bigint, sent_at bigint NOT NULL,
  edited_at bigint, parent_id uuid, parent_seq integer, reply_count integer NOT NULL, content text NOT NULL,
  words tsvector, PRIMARY KEY(conversation_id, seq));
CREATE INDEX ON messages(conversation_id, parent_seq) WHERE parent_seq IS NOT NULL;
CREATE INDEX ON messages USING gin(words);
CREATE TABLE events(position bigint PRIMARY KEY, txid xid8 NOT NULL DEFAULT pg_current_xact_id(),
  conversation_id bigint NOT NULL, at bigint NOT NULL, audience_id bigint, subject_id bigint, message_id uuid,
  seq integer, kind smallint NOT NULL);
CREATE INDEX ON events(conversation_id, position);
CREATE INDEX ON events(conversation_id, seq) WHERE message_id IS NOT NULL;
CREATE INDEX ON events(audience_id, position) WHERE audience_id IS NOT NULL;
CREATE INDEX ON events(subject_id) WHERE subject_id IS NOT NULL;
)";

constexpr const char* kInsertMessages = R"(
INSERT INTO messages(conversation_id, seq, depth, id, sender_id, receiver_id, sent_at, reply_count, content, words)
SELECT c, s, 0, id, sender, receiver, at, 0, content, array_to_tsvector(string_to_array(words, ' '))
FROM unnest($1::bigint[], $2::bigint[], $3::uuid[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::text[])
  AS m(c, s, id, sender, receiver, at, content, words))";

constexpr const char* kInsertEvents = R"(
INSERT INTO events(position, conversation_id, seq, message_id, at, kind)
SELECT p, c, s, id, at, 1
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::uuid[], $5::bigint[]) AS e(p, c, s, id, at))";

constexpr const char* kCount = R"(
UPDATE conversations SET last_seq = n.seq, message_count = message_count + n.added, updated_at = n.at
FROM (SELECT c, max(s) AS seq, count(*) AS added, max(t) AS at
      FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS p(c, s, t) GROUP BY c) n
WHERE id = n.c)";

// A one-dimensional array in PostgreSQL's binary format.
class BinaryArray {
 public:
  explicit BinaryArray(Oid element, std::size_t count) {
    append(1);
    append(0);
    append(static_cast<std::uint32_t>(element));
    append(static_cast<std::uint32_t>(count));
    append(1);
  }

  void add(std::int64_t value) {
    append(8);
    append(static_cast<std::uint32_t>(static_cast<std::uint64_t>(value) >> 32));
    append(static_cast<std::uint32_t>(value));
  }

  void add(const void* data, std::size_t size) {
    append(static_cast<std::uint32_t>(size));
    bytes_.append(static_cast<const char*>(data), size);
  }

  const std::string& bytes() const { return bytes_; }

 private:
  void append(std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      bytes_ += static_cast<char>(value >> shift);
    }
  }

  std::string bytes_;
};

constexpr Oid kInt8 = 20;
constexpr Oid kText = 25;
constexpr Oid kUuid = 2950;

class PostgresWriter : public BatchWriter {
 public:
  explicit PostgresWriter(const std::string& conninfo)
      : connection_(PQconnectdb(conninfo.c_str())) {
    if (PQstatus(connection_) != CONNECTION_OK) {
      fail();
    }
    run("SET client_min_messages TO warning");
    run(kPostgresSchema);
    run(fmt::format("INSERT INTO conversations SELECT n, 0, 0, 0 FROM generate_series(0, {}) n",
                    kBareConversations - 1)
            .c_str());
    prepare("messages", kInsertMessages,
            {kInt8Array, kInt8Array, kUuidArray, kInt8Array, kInt8Array, kInt8Array, kTextArray,
             kTextArray});
    prepare("events", kInsertEvents, {kInt8Array, kInt8Array, kInt8Array, kUuidArray, kInt8Array});
    prepare("count", kCount, {kInt8Array, kInt8Array, kInt8Array});
    PQenterPipelineMode(connection_);
  }

  ~PostgresWriter() override {
    PQexitPipelineMode(connection_);
    PQclear(PQexec(connection_, "DROP SCHEMA bare_bench CASCADE"));
    PQfinish(connection_);
  }

  PostgresWriter(const PostgresWriter&) = delete;
  PostgresWriter& operator=(const PostgresWriter&) = delete;

  // Three statements and one Sync: one round trip and one transaction.
  void write(const std::vector<Row>& rows) override {
    BinaryArray conversations(kInt8, rows.size());
    BinaryArray seqs(kInt8, rows.size());
    BinaryArray ids(kUuid, rows.size());
    BinaryArray senders(kInt8, rows.size());
    BinaryArray receivers(kInt8, rows.size());
    BinaryArray contents(kText, rows.size());
    BinaryArray words(kText, rows.size());
    BinaryArray times(kInt8, rows.size());
    BinaryArray positions(kInt8, rows.size());
    for (const Row& row : rows) {
      conversations.add(row.conversation);
      seqs.add(row.seq);
      ids.add(row.message_id, sizeof row.message_id);
      senders.add(row.sender);
      receivers.add(row.receiver);
      contents.add(row.content.data(), row.content.size());
      words.add(row.words.data(), row.words.size());
      times.add(row.created_at);
      positions.add(row.position);
    }
    send("messages",
         {&conversations, &seqs, &ids, &senders, &receivers, &times, &contents, &words});
    send("events", {&positions, &conversations, &seqs, &ids, &times});
    send("count", {&conversations, &seqs, &times});
    if (PQpipelineSync(connection_) != 1) {
      fail();
    }
    await_sync();
  }

 private:
  void send(const char* statement, const std::vector<const BinaryArray*>& arrays) {
    std::vector<const char*> values;
    std::vector<int> lengths;
    for (const BinaryArray* array : arrays) {
      values.push_back(array->bytes().data());
      lengths.push_back(static_cast<int>(array->bytes().size()));
    }
    const std::vector<int> formats(arrays.size(), 1);
    if (PQsendQueryPrepared(connection_, statement, static_cast<int>(arrays.size()), values.data(),
                            lengths.data(), formats.data(), 1) != 1) {
      fail();
    }
  }

  // Each statement's results end with a null one; the last result of all is the Sync.
  void await_sync() {
    while (true) {
      PGresult* result = PQgetResult(connection_);
      if (result == nullptr) {
        continue;
      }
      const ExecStatusType status = PQresultStatus(result);
      PQclear(result);
      if (status == PGRES_PIPELINE_SYNC) {
        return;
      }
      if (status != PGRES_COMMAND_OK) {
        fail();
      }
    }
  }

  void run(const char* sql) { check(PQexec(connection_, sql)); }

  void prepare(const char* name, const char* sql, const std::vector<Oid>& types) {
    check(PQprepare(connection_, name, sql, static_cast<int>(types.size()), types.data()));
  }

  void check(PGresult* result) {
    const ExecStatusType status = PQresultStatus(result);
    PQclear(result);
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
      fail();
    }
  }

  [[noreturn]] void fail() {
    throw BenchError(fmt::format("postgres: {}", PQerrorMessage(connection_)));
  }

  PGconn* connection_;
};

}  // namespace

std::unique_ptr<BatchWriter> make_postgres_writer(const std::string& conninfo) {
  return std::make_unique<PostgresWriter>(conninfo);
}

}  // namespace confab::bench
