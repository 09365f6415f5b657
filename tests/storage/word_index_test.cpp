// How each database keeps the words of messages; what is found by them is in search_test.cpp.

#include <algorithm>

#include "tests/storage/store_fixture.hpp"

namespace confab::storage::test {
namespace {

class TextVectors : public testing::Test, public StoreFixture {
 protected:
  TextVectors() : StoreFixture(Kind::postgres) {}

  /// As PostgreSQL shows them.
  std::string words_of_a_post(const std::string& content) {
    const Message message = post(talk, alice, content);
    return words_of(message.seq);
  }

  std::string words_of(Seq seq) {
    return database->value("SELECT words FROM messages WHERE seq = " + std::to_string(seq.value));
  }

  UserId alice = add_user("alice");
  ConversationId talk = add_conversation({alice});
};

TEST_F(TextVectors, holdEachWordOnce) {
  EXPECT_EQ(words_of_a_post("Two one, two!"), "'one' 'two'");
  EXPECT_EQ(words_of_a_post("!"), "");
  EXPECT_EQ(words_of_a_post("é ze z"), "'e' 'z' 'ze'");
}

TEST_F(TextVectors, bearPositionsWherePhrasesMatter) {
  EXPECT_EQ(words_of_a_post("go 北京人 go"), "'go':1,5 '京人':3 '人':4 '北京':2");
}

TEST_F(TextVectors, holdNoMorePositionsThanPostgresTakes) {
  std::string content = "京";
  for (int i = 0; i < 400; ++i) content += " go";
  const std::string words = words_of_a_post(content);
  EXPECT_EQ(words.substr(0, 9), "'go':2,3,");
  EXPECT_EQ(std::count(words.begin(), words.end(), ','), 254);
}

TEST_F(TextVectors, followAnEdit) {
  const Message message = post(talk, alice, "before");
  EditMessage edit;
  edit.before = {make_uuid7(), message.id, talk, message.seq, message.content, at(9), alice};
  edit.content = "and after";
  must(edit);
  EXPECT_EQ(words_of(message.seq), "'after' 'and'");
}

class WordSegments : public testing::Test, public StoreFixture {
 protected:
  WordSegments() : StoreFixture(Kind::sqlite) {}

  UserId alice = add_user("alice");
  ConversationId talk = add_conversation({alice});
};

TEST_F(WordSegments, areWrittenOncePerGroup) {
  const std::uint64_t before = rows("message_words_data");
  std::vector<Change> posts;
  for (std::uint32_t i = 1; i <= 10; ++i) {
    Message message = next_message(talk, alice, "word" + std::to_string(i));
    message.seq = Seq{i};
    posts.emplace_back(PostMessage{message, {}});
  }
  for (const auto& result : writer->commit(posts)) EXPECT_TRUE(result);
  EXPECT_EQ(rows("message_words_data"), before + 1);
}

}  // namespace
}  // namespace confab::storage::test
