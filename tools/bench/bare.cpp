#include "tools/bench/bare.hpp"

#include <cctype>
#include <cstring>
#include <random>

#include "tools/bench/api.hpp"
#include "tools/bench/cpu.hpp"
#include "tools/bench/texts.hpp"

namespace confab::bench {
namespace {

// Cuts where the ASCII letters and digits end; every other character counts as a letter.
std::string words_of(const std::string& content) {
  std::string words;
  for (const char c : content) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 || std::isalnum(byte) != 0) {
      words += static_cast<char>(byte < 0x80 ? std::tolower(byte) : byte);
    } else if (!words.empty() && words.back() != ' ') {
      words += ' ';
    }
  }
  if (words.ends_with(' ')) {
    words.pop_back();
  }
  return words;
}

// Makes the rows that posts of the clients would leave.
class RowSource {
 public:
  RowSource() : seqs_(kBareConversations, 0) {
    for (std::string& content : read_fortunes()) {
      std::string words = words_of(content);
      texts_.push_back({std::move(content), std::move(words)});
    }
    if (texts_.empty()) {
      throw BenchError("no message texts: apt-get install fortunes");
    }
  }

  Row next() {
    const Text& text = texts_[static_cast<std::size_t>(turn_) % texts_.size()];
    Row row;
    row.conversation = turn_ % kBareConversations;
    row.seq = ++seqs_[static_cast<std::size_t>(row.conversation)];
    row.sender = turn_ % 16;
    row.receiver = (turn_ + 1) % 16;
    row.created_at = static_cast<std::int64_t>(now());
    row.position = turn_;
    row.content = text.content;
    row.words = text.words;
    write_id(row);
    ++turn_;
    return row;
  }

 private:
  struct Text {
    std::string content;
    std::string words;
  };

  // As a UUIDv7: time first, so that the index grows at one end.
  void write_id(Row& row) {
    for (int byte = 0; byte < 6; ++byte) {
      row.message_id[byte] = static_cast<std::uint8_t>(row.created_at / 1000 >> (8 * (5 - byte)));
    }
    const std::uint64_t order = static_cast<std::uint64_t>(turn_);
    const std::uint64_t chance = random_();
    row.message_id[6] = 0x70 | ((order >> 8) & 0x0F);
    row.message_id[7] = static_cast<std::uint8_t>(order);
    std::memcpy(row.message_id + 8, &chance, sizeof chance);
    row.message_id[8] = 0x80 | (row.message_id[8] & 0x3F);
  }

  std::vector<Text> texts_;
  std::vector<std::int64_t> seqs_;
  std::mt19937_64 random_{std::random_device()()};
  std::int64_t turn_ = 0;
};

std::unique_ptr<BatchWriter> make_writer(const Options& options) {
  return options.database == "postgres" ? make_postgres_writer(options.conninfo)
                                        : make_sqlite_writer(options.file.string());
}

void write_batch(BatchWriter& writer, RowSource& source, std::vector<Row>& rows) {
  for (Row& row : rows) {
    row = source.next();
  }
  writer.write(rows);
}

}  // namespace

Result run_bare(const Options& options) {
  RowSource source;
  const auto writer = make_writer(options);
  std::vector<Row> rows(options.clients);

  const auto seconds = [](double value) { return static_cast<std::uint64_t>(value * 1e6); };
  const std::uint64_t warm = now() + seconds(options.warmup);
  while (now() < warm) {
    write_batch(*writer, source, rows);
  }

  Result result;
  const std::uint64_t cpu = cpu_of_trees(options.pids);
  const std::uint64_t own_cpu = cpu_of_self();
  const std::uint64_t start = now();
  const std::uint64_t end = start + seconds(options.seconds);
  std::uint64_t begun = start;
  while (begun < end) {
    write_batch(*writer, source, rows);
    const std::uint64_t done = now();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      result.latency.record(done - begun);
    }
    result.operations += rows.size();
    begun = done;
  }
  result.seconds = static_cast<double>(begun - start) / 1e6;
  result.client_cpu = cpu_of_self() - own_cpu;
  // The writer is a part of what is measured here.
  result.cpu = cpu_of_trees(options.pids) - cpu + result.client_cpu;
  return result;
}

}  // namespace confab::bench
