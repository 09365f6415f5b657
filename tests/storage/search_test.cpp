#include "tests/storage/store_fixture.hpp"

namespace confab::storage::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class MessageSearch : public StoreTest {
 protected:
  MessageSearch()
      : alice(add_user("alice")),
        bob(add_user("bob")),
        talk(add_conversation({alice, bob})),
        other(add_conversation({alice})) {}

  std::vector<std::string> found(const MessageFilter& filter, PageRequest page = {}) {
    const auto result = reader->messages(filter, page);
    if (!result) return {"error: " + result.error().detail};
    count = result.value().count;
    std::vector<std::string> contents;
    for (const MessagePlace& place : result.value().rows) {
      const auto messages = reader->messages(place.conversation, {place.seq}).value();
      contents.push_back(messages.empty() ? "gone" : messages[0].content);
      EXPECT_EQ(messages.at(0).id, place.id);
    }
    return contents;
  }

  std::vector<std::string> search(const std::string& text) {
    MessageFilter filter;
    filter.visible_to = bob;
    filter.search = text;
    return found(filter);
  }

  UserId alice, bob;
  ConversationId talk, other;
  std::uint64_t count = 0;
};
CONFAB_ON_BOTH_STORES(MessageSearch);

TEST_P(MessageSearch, everythingVisibleNewestFirst) {
  post(talk, alice, "1");
  post(other, alice, "2");
  post(talk, bob, "3");
  MessageFilter filter;
  EXPECT_THAT(found(filter), ElementsAre("3", "2", "1"));
  filter.visible_to = bob;
  EXPECT_THAT(found(filter), ElementsAre("3", "1"));
  EXPECT_EQ(count, 2U);
  filter.oldest_first = true;
  EXPECT_THAT(found(filter), ElementsAre("1", "3"));
  EXPECT_THAT(found(filter, {1, 1}), ElementsAre("3"));
  EXPECT_EQ(count, 2U);
  filter.visible_to = UserId{99};
  EXPECT_THAT(found(filter), IsEmpty());
  EXPECT_EQ(count, 0U);
}

TEST_P(MessageSearch, whoHasLeftSeesNothing) {
  post(talk, alice, "1");
  must(RemoveMember{talk, bob, {}, at(20), {}});
  MessageFilter filter;
  filter.visible_to = bob;
  EXPECT_THAT(found(filter), IsEmpty());
  filter.conversation = talk;
  EXPECT_THAT(found(filter), IsEmpty());
  EXPECT_EQ(count, 0U);
}

TEST_P(MessageSearch, filtersNarrow) {
  Message direct = next_message(talk, alice, "to bob");
  direct.receiver = bob;
  must(PostMessage{direct, {}});
  post(talk, bob, "from bob");
  post(other, alice, "elsewhere");
  MessageFilter sender;
  sender.sender = bob;
  EXPECT_THAT(found(sender), ElementsAre("from bob"));
  EXPECT_EQ(count, 1U);
  MessageFilter receiver;
  receiver.receiver = bob;
  EXPECT_THAT(found(receiver), ElementsAre("to bob"));
  MessageFilter conversation;
  conversation.conversation = talk;
  EXPECT_THAT(found(conversation), ElementsAre("from bob", "to bob"));
  EXPECT_EQ(count, 2U);
  conversation.sender = alice;
  EXPECT_THAT(found(conversation), ElementsAre("to bob"));
  EXPECT_EQ(count, 1U);
  MessageFilter time;
  time.conversation = talk;
  time.sent_after = at(12);
  EXPECT_THAT(found(time), ElementsAre("from bob"));
  time.sent_after = at(11);
  time.sent_before = at(12);
  EXPECT_THAT(found(time), ElementsAre("to bob"));
}

TEST_P(MessageSearch, keysetsGoOnWhereTheLastPageEnded) {
  std::vector<Message> messages;
  for (int i = 1; i <= 20; ++i) messages.push_back(post(talk, alice, std::to_string(i)));
  const MessageId foreign = post(other, alice, "foreign").id;
  post(talk, alice, "21");
  DeleteMessages gone;
  gone.conversation = talk;
  gone.seqs = seqs({7, 8});
  gone.updated_at = at(50);
  must(gone);
  for (const bool one_conversation : {true, false}) {
    MessageFilter filter;
    filter.visible_to = bob;
    if (one_conversation) filter.conversation = talk;
    filter.older_than = messages[8].id;
    EXPECT_THAT(found(filter, {0, 2}), ElementsAre("6", "5"));
    EXPECT_EQ(count, 19U);
    filter.older_than = messages[6].id;  // gone itself
    EXPECT_THAT(found(filter, {0, 2}), ElementsAre("6", "5"));
    filter.older_than = foreign;
    EXPECT_THAT(found(filter, {0, 2}), ElementsAre("20", "19"));
    filter.older_than = messages[0].id;
    EXPECT_THAT(found(filter, {0, 2}), IsEmpty());
    filter.older_than = MessageId{make_uuid7()};
    EXPECT_THAT(found(filter, {0, 1}), ElementsAre("21"));
  }
}

TEST_P(MessageSearch, wordsAreFoundInAnyScript) {
  post(talk, alice, "The quick brown Fox, déjà vu!");
  post(talk, alice, "Καλημέρα κόσμε, τι κάνεις;");
  post(talk, alice, "مرحبا بالعالم");
  post(talk, alice, "我明天去北京开会");
  post(talk, alice, "Привет, Мир");
  post(talk, alice, "こんにちは世界");
  EXPECT_THAT(search("FOX"), SizeIs(1));
  EXPECT_THAT(search("quick deja"), SizeIs(1));
  EXPECT_THAT(search("quick missing"), IsEmpty());
  EXPECT_THAT(search("bro"), SizeIs(1));
  EXPECT_THAT(search("rown"), IsEmpty());
  EXPECT_THAT(search("ΚΑΛΗΜΕΡΑ"), SizeIs(1));
  EXPECT_THAT(search("κοσμε"), SizeIs(1));
  EXPECT_THAT(search("مرحبا"), SizeIs(1));
  EXPECT_THAT(search("مير"), IsEmpty());
  EXPECT_THAT(search("北京"), ElementsAre("我明天去北京开会"));
  EXPECT_THAT(search("去北京开"), SizeIs(1));
  EXPECT_THAT(search("会"), SizeIs(1));
  EXPECT_THAT(search("京北"), IsEmpty());
  EXPECT_THAT(search("明天 开会"), SizeIs(1));
  EXPECT_THAT(search("МИР"), SizeIs(1));
  EXPECT_THAT(search("世界"), SizeIs(1));
}

TEST_P(MessageSearch, oddSearchesFindNothingAndHarmNothing) {
  post(talk, alice, "plain");
  for (const char* text : {"'", "\"", "*", "') OR 1=1 --", "a:b", "NOT", "{in :x}", "\\", "!!!",
                           "' & '", "\xff\xfe"}) {
    EXPECT_THAT(search(text), IsEmpty()) << text;
  }
  EXPECT_THAT(search("plain'"), SizeIs(1));
}

TEST_P(MessageSearch, theIndexFollowsEditsAndDeletions) {
  const Message message = post(talk, alice, "before");
  must(EditMessage{{make_uuid7(), message.id, talk, Seq{1}, "before", at(30), alice}, "after"});
  EXPECT_THAT(search("before"), IsEmpty());
  EXPECT_THAT(search("after"), SizeIs(1));
  DeleteMessages gone;
  gone.conversation = talk;
  gone.seqs = seqs({1});
  must(gone);
  EXPECT_THAT(search("after"), IsEmpty());
  EXPECT_EQ(count, 0U);
}

TEST_P(MessageSearch, searchesRespectTheOtherFilters) {
  post(talk, alice, "word 1");
  const Message middle = post(talk, bob, "word 2");
  post(other, alice, "word 3");
  MessageFilter filter;
  filter.search = "word";
  EXPECT_THAT(found(filter), ElementsAre("word 3", "word 2", "word 1"));
  filter.visible_to = bob;
  EXPECT_THAT(found(filter), ElementsAre("word 2", "word 1"));
  EXPECT_EQ(count, 2U);
  filter.older_than = middle.id;
  EXPECT_THAT(found(filter), ElementsAre("word 1"));
  filter.older_than.reset();
  filter.sender = bob;
  filter.conversation = talk;
  EXPECT_THAT(found(filter), ElementsAre("word 2"));
  filter.conversation = other;
  EXPECT_THAT(found(filter), IsEmpty());
}

}  // namespace
}  // namespace confab::storage::test
