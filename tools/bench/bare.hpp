// The limit that the database sets: the same rows, written in batches, with nothing in front.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tools/bench/load.hpp"
#include "tools/bench/options.hpp"

namespace confab::bench {

// What one post leaves in the database.
struct Row {
  std::uint8_t message_id[16] = {};
  std::int64_t conversation = 0;
  std::int64_t seq = 0;
  std::int64_t sender = 0;
  std::int64_t receiver = 0;
  std::int64_t created_at = 0;  // microseconds
  std::int64_t position = 0;    // of the event, in commit order
  std::string_view content;
  std::string_view words;  // of the content, lower case, separated by spaces
};

// Writes message with its search words, event record and conversation counter of each row, into
// tables with the columns and indices of the server's own. Not thread-safe.
class BatchWriter {
 public:
  virtual ~BatchWriter() = default;

  // All rows in one durable transaction; throws BenchError.
  virtual void write(const std::vector<Row>& rows) = 0;
};

inline constexpr std::int64_t kBareConversations = 64;

// Tables of their own are made; on PostgreSQL in a schema `bare_bench` that is dropped at the end.
std::unique_ptr<BatchWriter> make_postgres_writer(const std::string& conninfo);
std::unique_ptr<BatchWriter> make_sqlite_writer(const std::string& file);

// A closed loop of virtual clients: each posts again as soon as its last post is durable, so that
// each batch is what queued up while the last one was committed: one post of every client.
Result run_bare(const Options& options);

}  // namespace confab::bench
