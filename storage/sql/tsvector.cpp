#include "storage/sql/tsvector.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "storage/sql/postgres_binary.hpp"
#include "storage/sql/postgres_pipeline.hpp"
#include "storage/sql/text.hpp"

namespace confab::storage {

namespace {

// The most that PostgreSQL knows.
constexpr std::int16_t kLastPosition = 16383;
constexpr std::ptrdiff_t kMostPositions = 255;

constexpr PostgresStatement kIndexMessage{
    "confab_index_message",
    "UPDATE messages SET words = $3::tsvector "
    "WHERE conversation_id = $1::bigint AND seq = $2::integer"};

struct Word {
  std::string_view letters;
  std::int16_t position;
};

std::vector<Word> positioned(std::string_view words) {
  std::vector<Word> all;
  std::int16_t position = 0;
  std::size_t start = 0;
  while (start < words.size() && position < kLastPosition) {
    const std::size_t end = std::min(words.find(' ', start), words.size());
    all.push_back({words.substr(start, end - start), ++position});
    start = end + 1;
  }
  return all;
}

/// One lexeme: equal words, in the order of their positions.
void append_lexeme(std::string& out, std::vector<Word>::const_iterator first,
                   std::vector<Word>::const_iterator last) {
  out += first->letters;
  out += '\0';
  const auto count = std::min(last - first, kMostPositions);
  append_int16(out, static_cast<std::int16_t>(count));
  std::for_each_n(first, count, [&](const Word& word) { append_int16(out, word.position); });
}

}  // namespace

std::string to_tsvector(std::string_view text) {
  const std::string words = index_words(text);
  const bool needs_positions = has_unspaced_script(text);
  std::vector<Word> sorted = positioned(words);
  std::sort(sorted.begin(), sorted.end(), [](const Word& a, const Word& b) {
    const int order = a.letters.compare(b.letters);
    return order != 0 ? order < 0 : a.position < b.position;
  });

  std::string lexemes;
  lexemes.reserve(words.size() * 2 + sizeof(std::int32_t));
  append_int32(lexemes, 0);
  std::int32_t count = 0;
  for (auto first = sorted.cbegin(); first != sorted.cend(); ++count) {
    const auto last = std::find_if(
        first, sorted.cend(), [&](const Word& word) { return word.letters != first->letters; });
    append_lexeme(lexemes, first, needs_positions ? last : first);
    first = last;
  }
  std::string length;
  append_int32(length, count);
  return lexemes.replace(0, length.size(), length);
}

void prepare_index_message(Session& session) { prepare(session, {kIndexMessage}); }

void index_message(Session& session, ConversationId conversation, Seq seq,
                   std::string_view content) {
  std::string conversation_id;
  append_int64(conversation_id, conversation.value);
  std::string place;
  append_int32(place, static_cast<std::int32_t>(seq.value));
  PostgresPipeline pipeline(session);
  pipeline.send(kIndexMessage, {conversation_id, place, to_tsvector(content)});
  pipeline.finish();
}

}  // namespace confab::storage
