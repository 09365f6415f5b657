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

constexpr const char* kSchema = R"(
DROP SCHEMA IF EXISTS bare_bench CASCADE;
CREATE SCHEMA bare_bench;
SET search_path TO bare_bench;
CREATE TABLE conversation(id bigint PRIMARY KEY, last_seq bigint NOT NULL, message_count bigint NOT NULL,
  updated_at bigint NOT NULL) WITH (fillfactor = 50);
CREATE TABLE message(conversation bigint NOT NULL, seq bigint NOT NULL, message_id uuid NOT NULL UNIQUE,
  sender bigint NOT NULL, content text NOT NULL, created_at bigint NOT NULL, PRIMARY KEY(conversation, seq));
CREATE TABLE event(position bigint PRIMARY KEY, conversation bigint NOT NULL, kind smallint NOT NULL,
  message_id uuid NOT NULL, created_at bigint NOT NULL);
)";

constexpr const char* kInsertMessages =
    "INSERT INTO message SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::uuid[], "
    "$4::bigint[], $5::text[], "
    "$6::bigint[])";
constexpr const char* kInsertEvents =
    "INSERT INTO event SELECT position, conversation, 1, id, at FROM "
    "unnest($1::bigint[], $2::bigint[], $3::uuid[], $4::bigint[]) AS e(position, conversation, id, "
    "at)";
constexpr const char* kCount =
    "UPDATE conversation SET last_seq = n.seq, message_count = message_count + n.added, updated_at "
    "= n.at FROM "
    "(SELECT c, max(s) AS seq, count(*) AS added, max(t) AS at FROM "
    "unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS p(c, s, t) GROUP BY c) n WHERE id = n.c";

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
    run(kSchema);
    run(fmt::format("INSERT INTO conversation SELECT n, 0, 0, 0 FROM generate_series(0, {}) n",
                    kBareConversations - 1)
            .c_str());
    prepare("messages", kInsertMessages,
            {kInt8Array, kInt8Array, kUuidArray, kInt8Array, kTextArray, kInt8Array});
    prepare("events", kInsertEvents, {kInt8Array, kInt8Array, kUuidArray, kInt8Array});
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
    BinaryArray contents(kText, rows.size());
    BinaryArray times(kInt8, rows.size());
    BinaryArray positions(kInt8, rows.size());
    for (const Row& row : rows) {
      conversations.add(row.conversation);
      seqs.add(row.seq);
      ids.add(row.message_id, sizeof row.message_id);
      senders.add(row.sender);
      contents.add(row.content.data(), row.content.size());
      times.add(row.created_at);
      positions.add(row.position);
    }
    send("messages", {&conversations, &seqs, &ids, &senders, &contents, &times});
    send("events", {&positions, &conversations, &ids, &times});
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
