#include "tests/storage/store_fixture.hpp"

namespace confab::storage::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ConversationStore : public StoreTest {
 protected:
  ConversationStore() : alice(add_user("alice")), bob(add_user("bob")), carol(add_user("carol")) {}

  UserId alice, bob, carol;
};
CONFAB_ON_BOTH_STORES(ConversationStore);

TEST_P(ConversationStore, aConversationComesBackAsItWentIn) {
  Conversation conversation;
  conversation.uuid = make_uuid7();
  conversation.title = "Grüße 'n' \"all\"";
  conversation.owner = alice;
  conversation.created_at = at(3);
  conversation.updated_at = at(4);
  const ConversationId id{must(InsertConversation{conversation, {alice, bob}, {}})};
  const ConversationSnapshot found = snapshot(id);
  EXPECT_EQ(found.conversation.id, id);
  EXPECT_EQ(found.conversation.uuid, conversation.uuid);
  EXPECT_EQ(found.conversation.title, conversation.title);
  EXPECT_EQ(found.conversation.owner, alice);
  EXPECT_EQ(found.conversation.last_seq, Seq{});
  EXPECT_EQ(found.conversation.message_count, 0U);
  EXPECT_EQ(found.conversation.created_at, at(3));
  EXPECT_EQ(found.conversation.updated_at, at(4));
  ASSERT_EQ(found.members.size(), 2U);
  EXPECT_EQ(found.members[0].user, alice);
  EXPECT_EQ(found.members[0].conversation, id);
  EXPECT_EQ(found.members[0].joined_after, Seq{});
  EXPECT_EQ(found.members[0].joined_at, at(3));
  EXPECT_FALSE(found.members[0].has_left);
  EXPECT_TRUE(found.members[0].read.empty());
  EXPECT_TRUE(found.live.empty());
  EXPECT_THAT(found.sent, IsEmpty());
  EXPECT_THAT(found.newest, IsEmpty());
  EXPECT_EQ(reader->conversation_id(conversation.uuid).value(), id);
  EXPECT_EQ(reader->conversation_id(make_uuid7()).error().code, ErrorCode::not_found);
  EXPECT_EQ(reader->conversation(ConversationId{99}, 1).error().code, ErrorCode::not_found);
  EXPECT_THAT(kinds(events(alice)), ElementsAre(EventKind::conversation_created));
}

TEST_P(ConversationStore, hiddenAccountsAreLetInNowhere) {
  const ConversationId talk = add_conversation({alice});
  must(HideUser{bob});
  Member member;
  member.conversation = talk;
  member.user = bob;
  EXPECT_EQ(refusal(AddMember{member, {}}), ErrorCode::unknown_user);
  Conversation conversation;
  conversation.uuid = make_uuid7();
  conversation.owner = alice;
  EXPECT_EQ(refusal(InsertConversation{conversation, {alice, bob}, {}}), ErrorCode::unknown_user);
  EXPECT_EQ(snapshot(talk).members.size(), 1U);
}

TEST_P(ConversationStore, unknownMembersAreRefused) {
  Conversation conversation;
  conversation.uuid = make_uuid7();
  conversation.owner = alice;
  EXPECT_EQ(refusal(InsertConversation{conversation, {alice, UserId{99}}, {}}),
            ErrorCode::unknown_user);
  EXPECT_EQ(rows("conversations"), 0U);
  EXPECT_EQ(rows("members"), 0U);
}

TEST_P(ConversationStore, theSnapshotKnowsWhoSentWhat) {
  const ConversationId id = add_conversation({alice, bob});
  const Message first = post(id, alice, "one");
  post(id, bob, "two", &first);
  const Message third = post(id, alice, "three");
  const ConversationSnapshot found = snapshot(id, 2);
  EXPECT_EQ(found.conversation.last_seq, Seq{3});
  EXPECT_EQ(found.conversation.message_count, 3U);
  EXPECT_EQ(found.conversation.updated_at, third.timestamp);
  EXPECT_EQ(found.live, seq_set({1, 2, 3}));
  EXPECT_EQ(found.top_level, seq_set({1, 3}));
  EXPECT_THAT(found.sent, testing::UnorderedElementsAre(std::pair(alice, seq_set({1, 3})),
                                                        std::pair(bob, seq_set({2}))));
  ASSERT_EQ(found.newest.size(), 2U);
  EXPECT_EQ(found.newest[0].content, "three");
  EXPECT_EQ(found.newest[1].content, "two");
  EXPECT_EQ(found.newest[1].parent_id, first.id);
}

TEST_P(ConversationStore, titleAndOwnerCanChange) {
  const ConversationId id = add_conversation({alice, bob});
  must(UpdateConversation{id, "new title", bob, at(50)});
  const Conversation found = snapshot(id).conversation;
  EXPECT_EQ(found.title, "new title");
  EXPECT_EQ(found.owner, bob);
  EXPECT_EQ(found.updated_at, at(50));
  EXPECT_EQ(events(alice).back().kind, EventKind::conversation_updated);
  EXPECT_EQ(refusal(UpdateConversation{ConversationId{99}, "x", bob, at(50)}),
            ErrorCode::not_found);
}

TEST_P(ConversationStore, membersComeGoAndComeAgain) {
  const ConversationId id = add_conversation({alice, bob});
  post(id, alice);
  Member member;
  member.conversation = id;
  member.user = carol;
  member.joined_after = Seq{1};
  member.joined_at = at(20);
  member.read = seq_set({1});
  must(AddMember{member, {}});
  EXPECT_EQ(snapshot(id).members.back().read, seq_set({1}));
  EXPECT_EQ(refusal(AddMember{member, {}}), ErrorCode::storage_conflict);

  must(RemoveMember{id, carol, {}, at(21), {}});
  Member gone = snapshot(id).members.back();
  EXPECT_TRUE(gone.has_left);
  EXPECT_TRUE(gone.read.empty());
  EXPECT_EQ(snapshot(id).conversation.owner, alice);
  EXPECT_EQ(refusal(RemoveMember{id, carol, {}, at(22), {}}), ErrorCode::not_participant);
  EXPECT_THAT(reader->memberships(carol).value(), IsEmpty());
  EXPECT_THAT(reader->traces(carol).value(), ElementsAre(id));

  member.joined_at = at(30);
  member.dismissed = seq_set({1});
  must(AddMember{member, {}});
  const Member again = snapshot(id).members.back();
  EXPECT_FALSE(again.has_left);
  EXPECT_EQ(again.joined_at, at(30));
  EXPECT_EQ(again.dismissed, seq_set({1}));

  must(RemoveMember{id, alice, bob, at(40), {}});
  EXPECT_EQ(snapshot(id).conversation.owner, bob);

  std::vector<UserId> subjects;
  for (const Event& event : events(bob)) {
    if (event.kind == EventKind::participant_added ||
        event.kind == EventKind::participant_removed) {
      subjects.push_back(event.subject);
    }
  }
  EXPECT_THAT(subjects, ElementsAre(carol, carol, carol, alice));

  member.user = UserId{99};
  EXPECT_EQ(refusal(AddMember{member, {}}), ErrorCode::unknown_user);
}

TEST_P(ConversationStore, anErasedMemberLeavesNoTrace) {
  const ConversationId id = add_conversation({alice, bob});
  must(EraseMember{id, alice, bob, at(20)});
  EXPECT_THAT(reader->traces(alice).value(), IsEmpty());
  EXPECT_EQ(snapshot(id).conversation.owner, bob);
  // The second tells of it to those who read when the account, and what names it, is gone.
  const auto news = kinds(events(bob));
  EXPECT_THAT(std::vector(news.end() - 2, news.end()),
              ElementsAre(EventKind::participant_removed, EventKind::conversation_updated));
  EXPECT_EQ(refusal(EraseMember{id, alice, {}, at(20)}), ErrorCode::not_participant);
}

TEST_P(ConversationStore, aDeletedConversationLeavesOnlyTheNews) {
  const ConversationId id = add_conversation({alice, bob, carol});
  const ConversationId other = add_conversation({alice});
  post(other, alice);
  const Message message = post(id, alice, "searchable");
  must(EditMessage{{make_uuid7(), message.id, id, message.seq, "hello", at(30), alice}, "text"});
  must(RemoveMember{id, carol, {}, at(31), {}});
  const Uuid uuid = snapshot(id).conversation.uuid;
  must(DeleteConversation{id, at(40)});
  EXPECT_EQ(reader->conversation(id, 1).error().code, ErrorCode::not_found);
  EXPECT_EQ(rows("messages"), 1U);
  EXPECT_EQ(rows("revisions"), 0U);
  EXPECT_EQ(rows("members"), 1U);
  const std::vector<Event> news = events(bob);
  EXPECT_EQ(news.back().kind, EventKind::conversation_deleted);
  EXPECT_EQ(news.back().audience, bob);
  EXPECT_EQ(news.back().at, at(40));
  EXPECT_EQ(news.back().conversation_uuid, uuid);
  // Who had left before may yet have to hear of that, and of nothing else.
  const std::vector<Event> left = events(carol);
  EXPECT_THAT(kinds(left), ElementsAre(EventKind::participant_removed));
  EXPECT_EQ(left.back().conversation_uuid, uuid);
  EXPECT_EQ(refusal(DeleteConversation{id, at(41)}), ErrorCode::not_found);
}

TEST_P(ConversationStore, listsShowTheNewestActivityFirst) {
  const ConversationId first = add_conversation({alice, bob});
  const ConversationId second = add_conversation({alice});
  const ConversationId third = add_conversation({alice, bob});
  post(second, alice);
  post(first, alice);
  post(first, alice);
  const std::vector<MembershipRow> rows = reader->memberships(alice).value();
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].conversation, first);
  EXPECT_EQ(rows[0].updated_at, at(12));
  EXPECT_EQ(rows[1].conversation, second);
  EXPECT_EQ(rows[2].conversation, third);
  const auto page = reader->conversations({}, {1, 5}).value();
  EXPECT_EQ(page.count, 3U);
  EXPECT_THAT(page.rows, ElementsAre(second, third));
}

}  // namespace
}  // namespace confab::storage::test
