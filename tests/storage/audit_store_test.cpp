#include "tests/storage/store_fixture.hpp"

namespace confab::storage::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class AuditStore : public StoreTest {
 public:
  AuditEntry entry(UserId actor, const std::string& action, const User& target) {
    AuditEntry entry;
    entry.at = at(++second_);
    entry.actor = actor;
    entry.action = action;
    entry.target = target.uuid;
    entry.target_label = target.username;
    entry.subject = target.id;
    entry.before = R"({"role":"guest"})";
    entry.after = R"({"role":"host"})";
    entry.client = "192.0.2.1";
    return entry;
  }

  User add(const std::string& username) {
    User user = make_user(username);
    user.id = UserId{must(InsertUser{user})};
    return user;
  }

  std::vector<AuditRow> all() { return reader->audit({}, {}).value().rows; }

 private:
  int second_ = 0;
};

std::vector<std::string> actions(const std::vector<AuditRow>& rows) {
  std::vector<std::string> names;
  for (const AuditRow& row : rows) names.push_back(row.entry.action);
  return names;
}

TEST_P(AuditStore, anEntryGoesWithItsChange) {
  const User admin = add("admin");
  User bob = add("bob");
  bob.first_name = "Robert";
  must(UpdateUser{bob, entry(admin.id, "user.change", bob)});
  const std::vector<AuditRow> rows = all();
  ASSERT_EQ(rows.size(), 1U);
  const AuditEntry& found = rows.front().entry;
  EXPECT_EQ(rows.front().actor_uuid, admin.uuid);
  EXPECT_EQ(rows.front().actor_username, "admin");
  EXPECT_EQ(found.actor, admin.id);
  EXPECT_EQ(found.actor_name, "admin");
  EXPECT_EQ(found.action, "user.change");
  EXPECT_EQ(found.target_type, AuditTarget::user);
  EXPECT_EQ(found.target, bob.uuid);
  EXPECT_EQ(found.target_label, "bob");
  EXPECT_EQ(found.before, R"({"role":"guest"})");
  EXPECT_EQ(found.after, R"({"role":"host"})");
  EXPECT_EQ(found.client, "192.0.2.1");
  EXPECT_EQ(found.at, at(1));
}

TEST_P(AuditStore, aRefusedChangeLeavesNone) {
  const User admin = add("admin");
  User bob = add("bob");
  bob.username = "ADMIN";
  EXPECT_EQ(refusal(UpdateUser{bob, entry(admin.id, "user.change", bob)}),
            ErrorCode::username_taken);
  EXPECT_EQ(refusal(DeleteConversation{ConversationId{9}, at(1), entry(admin.id, "x", bob)}),
            ErrorCode::not_found);
  EXPECT_THAT(all(), IsEmpty());
}

TEST_P(AuditStore, aRefusedChangeAmongOthersLeavesNone) {
  const User admin = add("admin");
  User bob = add("bob");
  User taken = bob;
  taken.username = "ADMIN";
  const std::vector<Change> changes = {UpdateUser{taken, entry(admin.id, "refused", bob)},
                                       UpdateUser{bob, entry(admin.id, "applied", bob)}};
  const auto results = writer->commit(changes);
  EXPECT_FALSE(results.at(0).has_value());
  EXPECT_TRUE(results.at(1).has_value());
  EXPECT_THAT(actions(all()), ElementsAre("applied"));
}

TEST_P(AuditStore, aNewAccountIsTheSubjectOfItsEntry) {
  const User user = make_user("first");
  AuditEntry created;
  created.actor_name = "setup link";
  created.action = "user.create";
  created.target = user.uuid;
  created.target_label = "first";
  const UserId id{must(InsertUser{user, {}, created})};
  const std::vector<AuditRow> rows = all();
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows.front().entry.subject, id);
  EXPECT_EQ(rows.front().entry.actor_name, "setup link");
  EXPECT_FALSE(rows.front().actor_uuid);
}

TEST_P(AuditStore, onlyIdsOfAnErasedAccountStay) {
  const User admin = add("admin");
  const User bob = add("bob");
  must(UpdateUser{bob, entry(admin.id, "of admin", bob)});
  must(UpdateUser{admin, entry(bob.id, "of bob", admin)});
  must(HideUser{bob.id, entry(admin.id, "user.delete", bob)});
  must(RemoveUser{bob.id});
  const std::vector<AuditRow> rows = all();
  EXPECT_THAT(actions(rows), ElementsAre("user.delete", "of bob", "of admin"));
  for (const std::size_t i : {0U, 2U}) {
    EXPECT_EQ(rows[i].entry.target, bob.uuid);
    EXPECT_EQ(rows[i].entry.target_label, "deleted user");
    EXPECT_EQ(rows[i].entry.before + rows[i].entry.after, "");
    EXPECT_EQ(rows[i].entry.actor_name, "admin");
  }
  EXPECT_EQ(rows[1].entry.actor, bob.id);
  EXPECT_EQ(rows[1].entry.actor_name, "deleted user");
  EXPECT_EQ(rows[1].entry.client, "");
  EXPECT_FALSE(rows[1].actor_uuid);
  EXPECT_EQ(rows[1].entry.target_label, "admin");
}

TEST_P(AuditStore, theLogIsFilteredAndPaged) {
  const User admin = add("admin");
  const User other = add("other");
  const User bob = add("bob");
  must(UpdateUser{bob, entry(admin.id, "a", bob)});
  must(UpdateUser{bob, entry(other.id, "b", bob)});
  must(UpdateUser{other, entry(admin.id, "a", other)});
  const auto found = [&](const AuditFilter& filter) {
    const auto page = reader->audit(filter, {}).value();
    EXPECT_EQ(page.count, page.rows.size());
    std::vector<std::int64_t> ids;
    for (const AuditRow& row : page.rows) ids.push_back(row.entry.id);
    return ids;
  };
  EXPECT_THAT(found({}), ElementsAre(3, 2, 1));
  EXPECT_THAT(found({.actor = admin.id}), ElementsAre(3, 1));
  EXPECT_THAT(found({.action = "b"}), ElementsAre(2));
  EXPECT_THAT(found({.target = bob.uuid}), ElementsAre(2, 1));
  EXPECT_THAT(found({.since = at(2)}), ElementsAre(3, 2));
  EXPECT_THAT(found({.until = at(2)}), ElementsAre(1));
  const auto second = reader->audit({}, {1, 1}).value();
  EXPECT_EQ(second.count, 3U);
  ASSERT_EQ(second.rows.size(), 1U);
  EXPECT_EQ(second.rows.front().entry.id, 2);
}

TEST_P(AuditStore, totalsFollowEveryChange) {
  const auto totals = [&] { return reader->totals().value(); };
  EXPECT_EQ(totals().users + totals().conversations + totals().messages, 0);
  const User admin = add("admin");
  User bob = add("bob");
  const ConversationId talk = add_conversation({admin.id, bob.id});
  const ConversationId other = add_conversation({admin.id, bob.id});
  const Message message = post(talk, bob.id);
  post(talk, admin.id);
  post(other, admin.id);
  EXPECT_EQ(totals().users, 2);
  EXPECT_EQ(totals().active_users, 2);
  EXPECT_EQ(totals().admins, 0);
  EXPECT_EQ(totals().conversations, 2);
  EXPECT_EQ(totals().messages, 3);
  bob.role = Role::admin;
  bob.is_active = false;
  must(UpdateUser{bob});
  EXPECT_EQ(totals().active_users, 1);
  EXPECT_EQ(totals().admins, 1);
  must(TouchUser{bob.id, at(9)});
  must(DeleteMessages{talk, {message.seq}, {}, {{message.seq, message.id, {}}}, at(20), at(20)});
  EXPECT_EQ(totals().messages, 2);
  must(DeleteConversation{other, at(30)});
  EXPECT_EQ(totals().conversations, 1);
  EXPECT_EQ(totals().messages, 1);
  must(HideUser{bob.id});
  EXPECT_EQ(totals().users, 1);
  EXPECT_EQ(totals().admins, 0);
  must(DeleteMessages{talk, {Seq{2}}, {}, {}, at(40), at(40)});
  must(RemoveUser{bob.id});
  EXPECT_EQ(totals().users, 1);
  EXPECT_EQ(totals().messages, 0);
}

TEST_P(AuditStore, totalsForgetWhatIsUndone) {
  const UserId alice = add_user("alice");
  const ConversationId talk = add_conversation({alice});
  const ConversationId other = add_conversation({alice});
  const Message message = post(talk, alice);
  Message gap = next_message(other, alice, "gap");
  gap.seq = Seq{7};
  const DeleteMessages removal{talk,   {message.seq}, {}, {{message.seq, message.id, {}}},
                               at(20), at(20)};
  const std::vector<Change> changes{ChangeGroup{{removal, PostMessage{gap, {}}}},
                                    PostMessage{next_message(other, alice, "next"), {}}};
  const auto results = writer->commit(changes);
  EXPECT_FALSE(results[0]);
  EXPECT_EQ(reader->totals().value().messages, results[1] ? 2 : 1);
  EXPECT_EQ(snapshot(talk).conversation.message_count, 1U);
}

TEST_P(AuditStore, aRemovalIsCountedWithWhatLiesBelow) {
  const UserId alice = add_user("alice");
  const UserId bob = add_user("bob");
  const ConversationId talk = add_conversation({alice, bob});
  add_conversation({alice});
  const Message first = post(talk, alice);
  const Message reply = post(talk, bob, "reply", &first);
  post(talk, bob, "below", &reply);
  post(talk, bob, "beside");
  must(EditMessage{{make_uuid7(), first.id, talk, first.seq, "hello", at(50), alice}, "new"});
  const Removal removal = reader->removal(alice).value();
  EXPECT_EQ(removal.messages_sent, 1U);
  EXPECT_EQ(removal.messages_received, 0U);
  EXPECT_EQ(removal.replies_below, 2U);
  EXPECT_EQ(removal.conversations, 2U);
  EXPECT_EQ(removal.conversations_left_empty, 1U);
  EXPECT_EQ(removal.history_entries, 1U);
}

TEST_P(AuditStore, conversationsAreFound) {
  const UserId alice = add_user("alice");
  const UserId bob = add_user("bob");
  const ConversationId both = add_conversation({alice, bob});
  const ConversationId hers = add_conversation({alice});
  must(UpdateConversation{hers, "100% Tea_time", alice, at(60)});
  const auto found = [&](const ConversationFilter& filter) {
    return reader->conversations(filter, {}).value().rows;
  };
  EXPECT_THAT(found({}), ElementsAre(hers, both));
  EXPECT_THAT(found({.search = "TEA_"}), ElementsAre(hers));
  EXPECT_THAT(found({.search = "0%"}), ElementsAre(hers));
  EXPECT_THAT(found({.search = "t_a"}), IsEmpty());
  EXPECT_THAT(found({.participant = bob}), ElementsAre(both));
  EXPECT_THAT(found({.order = ConversationOrder::id, .descending = false}),
              ElementsAre(both, hers));
}

CONFAB_ON_BOTH_STORES(AuditStore);

}  // namespace
}  // namespace confab::storage::test
