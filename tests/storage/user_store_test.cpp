#include <algorithm>

#include "tests/storage/store_fixture.hpp"

namespace confab::storage::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class UserStore : public StoreTest {};
CONFAB_ON_BOTH_STORES(UserStore);

std::vector<std::string> names(const Page<User>& page) {
  std::vector<std::string> list;
  for (const User& user : page.rows) list.push_back(user.username);
  return list;
}

TEST_P(UserStore, aUserComesBackAsHeWentIn) {
  User user = make_user("Änne \U0001f600");
  user.email = "Aenne@Example.org";
  user.first_name = "O'Neil\\";
  user.last_name = "?:x$1";
  user.phone_number = "+49 1";
  user.role = Role::host;
  user.is_active = false;
  user.access_epoch = 1LL << 40;
  user.last_seen = at(7);
  user.id = UserId{must(InsertUser{user, {}})};
  EXPECT_TRUE(user.id);

  for (const UserKey& key : std::initializer_list<UserKey>{
           user.id, user.uuid, LoginName{"änne \U0001f600"}, LoginName{"aenne@example.ORG"}}) {
    const auto found = reader->user(key);
    ASSERT_TRUE(found);
    EXPECT_EQ(found.value().id, user.id);
    EXPECT_EQ(found.value().uuid, user.uuid);
    EXPECT_EQ(found.value().username, user.username);
    EXPECT_EQ(found.value().email, user.email);
    EXPECT_EQ(found.value().password_hash, user.password_hash);
    EXPECT_EQ(found.value().first_name, user.first_name);
    EXPECT_EQ(found.value().last_name, user.last_name);
    EXPECT_EQ(found.value().phone_number, user.phone_number);
    EXPECT_EQ(found.value().role, user.role);
    EXPECT_EQ(found.value().is_active, user.is_active);
    EXPECT_EQ(found.value().access_epoch, user.access_epoch);
    EXPECT_EQ(found.value().created_at, user.created_at);
    EXPECT_EQ(found.value().updated_at, user.updated_at);
    EXPECT_EQ(found.value().last_seen, user.last_seen);
  }
}

TEST_P(UserStore, unknownUsersAreNotFound) {
  for (const UserKey& key :
       std::initializer_list<UserKey>{UserId{99}, make_uuid7(), LoginName{"nobody"}, LoginName{""},
                                      LoginName{std::string("a\0b", 3)}}) {
    EXPECT_EQ(reader->user(key).error().code, ErrorCode::not_found);
  }
}

TEST_P(UserStore, namesAndEmailsAreUniqueWithoutRegardToCase) {
  add_user("Alice");
  User same_name = make_user("ALICE");
  same_name.email = "other@example.org";
  EXPECT_EQ(refusal(InsertUser{same_name, {}}), ErrorCode::username_taken);
  User same_email = make_user("bob");
  same_email.email = "alice@EXAMPLE.org";
  EXPECT_EQ(refusal(InsertUser{same_email, {}}), ErrorCode::email_taken);
  EXPECT_EQ(rows("users"), 1U);
}

TEST_P(UserStore, emptyEmailsDoNotCollide) {
  User first = make_user("a");
  first.email = "";
  User second = make_user("b");
  second.email = "";
  must(InsertUser{first, {}});
  must(InsertUser{second, {}});
  EXPECT_EQ(reader->user(LoginName{""}).error().code, ErrorCode::not_found);
}

TEST_P(UserStore, anUpdateReplacesWhatMayChange) {
  add_user("taken");
  User user = make_user("alice");
  user.id = UserId{must(InsertUser{user, {}})};
  user.username = "Alicia";
  user.role = Role::admin;
  user.access_epoch = 3;
  user.last_seen = at(5);
  must(UpdateUser{user});
  const User found = reader->user(user.id).value();
  EXPECT_EQ(found.username, "Alicia");
  EXPECT_EQ(found.role, Role::admin);
  EXPECT_EQ(found.access_epoch, 3);
  EXPECT_EQ(reader->user(LoginName{"alice"}).error().code, ErrorCode::not_found);

  user.username = "TAKEN";
  EXPECT_EQ(refusal(UpdateUser{user}), ErrorCode::username_taken);
  user.username = "x";
  user.email = "Taken@example.org";
  EXPECT_EQ(refusal(UpdateUser{user}), ErrorCode::email_taken);
  user.email = "fresh@example.org";
  user.id = UserId{999};
  EXPECT_EQ(refusal(UpdateUser{user}), ErrorCode::not_found);
}

TEST_P(UserStore, touchingMovesLastSeen) {
  const UserId id = add_user("alice");
  must(TouchUser{id, at(99)});
  EXPECT_EQ(reader->user(id).value().last_seen, at(99));
  EXPECT_EQ(refusal(TouchUser{UserId{99}, at(1)}), ErrorCode::not_found);
}

TEST_P(UserStore, aHiddenAccountIsInvisibleAndItsNameFree) {
  const UserId id = add_user("alice");
  const Uuid login = make_uuid7();
  must(StartLogin{Login{login, id, false, make_uuid7(), {}, {}, "", 0, at(1), at(100)}});
  must(HideUser{id});
  EXPECT_EQ(reader->user(id).error().code, ErrorCode::not_found);
  EXPECT_EQ(reader->user(LoginName{"alice"}).error().code, ErrorCode::not_found);
  EXPECT_THAT(reader->users({id}).value(), IsEmpty());
  EXPECT_EQ(reader->users(UserFilter{}, {}).value().count, 0U);
  EXPECT_THAT(reader->hidden_users().value(), ElementsAre(id));
  EXPECT_EQ(reader->login(login).error().code, ErrorCode::not_found);
  EXPECT_NE(add_user("alice"), id);
  EXPECT_EQ(refusal(HideUser{id}), ErrorCode::not_found);
}

TEST_P(UserStore, aRemovedAccountLeavesNothing) {
  const UserId alice = add_user("alice");
  const UserId bob = add_user("bob");
  const ConversationId talk = add_conversation({alice, bob});
  const Message message = post(talk, bob);
  Revision revision{make_uuid7(), message.id, talk, message.seq, "hello", at(50), alice};
  must(EditMessage{revision, "new"});
  must(SaveReadState{
      talk, alice, seq_set({1}), seq_set({1}), seq_set({1}), seq_set({1}), at(60), {}});
  must(KeepReply{{{alice, "key", "print", 200, "{}", at(60)}, {}}});
  must(HideUser{alice});
  must(RemoveUser{alice});
  EXPECT_EQ(rows("users"), 1U);
  EXPECT_EQ(rows("revisions"), 0U);
  EXPECT_EQ(rows("idempotency"), 0U);
  EXPECT_EQ(rows("members"), 1U);
  EXPECT_EQ(database->value("SELECT count(*) FROM events WHERE subject_id = 1 OR audience_id = 1"),
            "0");
  EXPECT_THAT(reader->hidden_users().value(), IsEmpty());
  EXPECT_EQ(refusal(RemoveUser{alice}), ErrorCode::not_found);
}

TEST_P(UserStore, keptAnswersThatNameAnAccountAreFoundAndForgotten) {
  const UserId alice = add_user("alice");
  const UserId bob = add_user("bob");
  const std::string uuid = to_string(reader->user(alice).value().uuid);
  const std::string names_her = R"({"user":{"user_id":")" + uuid + R"("}})";
  must(KeepReply{{{bob, "names her", "print", 200, names_her, at(60)}, {}}});
  must(KeepReply{{{UserId{}, "registered her", "print", 201, names_her, at(60)}, {}}});
  must(KeepReply{{{bob, "other", "print", 200, "{}", at(60)}, {}}});
  const auto found = reader->replies_naming(alice, 10).value();
  ASSERT_THAT(found, SizeIs(2));
  EXPECT_THAT(reader->replies_naming(alice, 1).value(), SizeIs(1));
  must(ForgetReplies{found});
  EXPECT_THAT(reader->replies_naming(alice, 10).value(), IsEmpty());
  EXPECT_TRUE(reader->reply(bob, "other").has_value());
  EXPECT_EQ(rows("idempotency"), 1U);
}

TEST_P(UserStore, whatARemovedAccountMeantToOthersStaysInTheLogWithoutAName) {
  const UserId alice = add_user("alice");
  const UserId bob = add_user("bob");
  const ConversationId talk = add_conversation({alice, bob});
  const ConversationId left = add_conversation({bob, alice});
  post(talk, bob);
  must(SaveReadState{
      talk, alice, seq_set({1}), seq_set({1}), seq_set({1}), seq_set({1}), at(60), {}});
  must(RemoveMember{left, alice, {}, at(61), {}, seq_set({1})});
  const auto count = [&](const std::string& condition) {
    return database->value("SELECT count(*) FROM events WHERE subject_id IS NULL AND " + condition);
  };
  EXPECT_EQ(count("kind = 7"), "0");
  must(HideUser{alice});
  must(RemoveUser{alice});
  EXPECT_EQ(count("kind = 4 AND seqs IS NOT NULL"), "1") << "bob's message has been read";
  EXPECT_EQ(count("kind = 6"), "1") << "the one who made it is gone, not the conversation";
  EXPECT_EQ(count("kind = 7 AND seqs IS NOT NULL"), "1") << "she had left";
}

TEST_P(UserStore, idsAreNeverReused) {
  const UserId first = add_user("a");
  must(HideUser{first});
  must(RemoveUser{first});
  EXPECT_GT(add_user("b").value, first.value);
}

TEST_P(UserStore, theListCanBeSearchedFilteredAndOrdered) {
  User alice = make_user("alice");
  alice.last_name = "Müller";
  alice.role = Role::host;
  alice.created_at = at(3);
  const UserId alice_id{must(InsertUser{alice, {}})};
  User bob = make_user("Bob");
  bob.created_at = at(1);
  bob.last_seen = at(9);
  const UserId bob_id{must(InsertUser{bob, {}})};
  User carol = make_user("carol");
  carol.first_name = "50%";
  carol.created_at = at(2);
  const UserId carol_id{must(InsertUser{carol, {}})};

  UserFilter all;
  EXPECT_THAT(names(reader->users(all, {}).value()), ElementsAre("alice", "Bob", "carol"));
  EXPECT_THAT(names(reader->users(all, {1, 1}).value()), ElementsAre("Bob"));
  EXPECT_EQ(reader->users(all, {1, 1}).value().count, 3U);

  UserFilter search;
  search.search = "MÜLL";
  EXPECT_THAT(names(reader->users(search, {}).value()), ElementsAre("alice"));
  search.search = "0%";
  EXPECT_THAT(names(reader->users(search, {}).value()), ElementsAre("carol"));

  UserFilter hosts;
  hosts.role = Role::host;
  EXPECT_THAT(names(reader->users(hosts, {}).value()), ElementsAre("alice"));

  UserFilter among;
  among.among = {bob_id, carol_id};
  among.not_among = {carol_id};
  EXPECT_THAT(names(reader->users(among, {}).value()), ElementsAre("Bob"));
  among.among = std::vector<UserId>{};
  EXPECT_THAT(names(reader->users(among, {}).value()), IsEmpty());

  UserFilter ordered;
  ordered.order = UserOrder::created_at;
  ordered.descending = true;
  EXPECT_THAT(names(reader->users(ordered, {}).value()), ElementsAre("alice", "carol", "Bob"));
  ordered.order = UserOrder::username;
  EXPECT_THAT(names(reader->users(ordered, {}).value()), ElementsAre("carol", "Bob", "alice"));
  ordered.order = UserOrder::last_seen;
  EXPECT_EQ(names(reader->users(ordered, {}).value()).front(), "Bob");

  EXPECT_EQ(reader->users({carol_id, alice_id, UserId{77}}).value().size(), 2U);
}

class LoginStore : public StoreTest {};
CONFAB_ON_BOTH_STORES(LoginStore);

TEST_P(LoginStore, aLoginMovesOnOnlyFromItsCurrentToken) {
  const UserId user = add_user("alice");
  Login login{make_uuid7(), user, true, make_uuid7(), {}, {}, "csrf", 4, at(1), at(100)};
  must(StartLogin{login});
  Login found = reader->login(login.id).value();
  EXPECT_EQ(found.user, user);
  EXPECT_TRUE(found.is_session);
  EXPECT_EQ(found.current, login.current);
  EXPECT_EQ(found.previous, Uuid{});
  EXPECT_EQ(found.rotated_at, std::nullopt);
  EXPECT_EQ(found.csrf_token, "csrf");
  EXPECT_EQ(found.access_epoch, 4);
  EXPECT_EQ(found.created_at, at(1));
  EXPECT_EQ(found.expires_at, at(100));

  const Uuid next = make_uuid7();
  must(RotateLogin{login.id, login.current, next, at(2), at(200)});
  found = reader->login(login.id).value();
  EXPECT_EQ(found.current, next);
  EXPECT_EQ(found.previous, login.current);
  EXPECT_EQ(found.rotated_at, at(2));
  EXPECT_EQ(found.expires_at, at(200));
  EXPECT_EQ(refusal(RotateLogin{login.id, login.current, make_uuid7(), at(3), at(300)}),
            ErrorCode::token_blacklisted);
  EXPECT_EQ(reader->login(login.id).value().current, next);

  must(EndLogin{login.id});
  EXPECT_EQ(reader->login(login.id).error().code, ErrorCode::not_found);
  EXPECT_EQ(refusal(EndLogin{login.id}), std::nullopt);
}

TEST_P(LoginStore, allLoginsOfAUserEndTogether) {
  const UserId alice = add_user("alice");
  const UserId bob = add_user("bob");
  const Login his{make_uuid7(), bob, false, make_uuid7(), {}, {}, "", 0, at(1), at(100)};
  must(StartLogin{his});
  for (int i = 0; i < 3; ++i) {
    must(StartLogin{Login{make_uuid7(), alice, false, make_uuid7(), {}, {}, "", 0, at(1), at(9)}});
  }
  must(EndLoginsOf{alice});
  EXPECT_EQ(rows("logins"), 1U);
  EXPECT_TRUE(reader->login(his.id));
}

TEST_P(LoginStore, keptRepliesComeBack) {
  const UserId user = add_user("alice");
  const std::string fingerprint("\x00\xff\x10 raw", 8);
  const IdempotencyRecord record{user, "key 1", fingerprint, 201, "{\"a\":\"ü\"}", at(5)};
  must(KeepReply{{record, {}}});
  const IdempotencyRecord found = reader->reply(user, "key 1").value();
  EXPECT_EQ(found.user, user);
  EXPECT_EQ(found.key, record.key);
  EXPECT_EQ(found.fingerprint, fingerprint);
  EXPECT_EQ(found.status, 201);
  EXPECT_EQ(found.body, record.body);
  EXPECT_EQ(found.created_at, at(5));
  EXPECT_EQ(reader->reply(user, "key 2").error().code, ErrorCode::not_found);
  EXPECT_EQ(refusal(KeepReply{{record, {}}}), ErrorCode::idempotency_running);
}

TEST_P(LoginStore, aReplyMayNeedTheNewId) {
  PendingReply reply;
  reply.record = {UserId{7}, "k", "f", 201, "", at(5)};
  int calls = 0;
  reply.body_for = [&calls](std::int64_t id) {
    ++calls;
    return "id " + std::to_string(id);
  };
  const std::int64_t id = must(InsertUser{make_user("alice"), reply});
  EXPECT_EQ(reader->reply(UserId{7}, "k").value().body, "id " + std::to_string(id));
  EXPECT_EQ(calls, 1);
  // With its reply refused, the user is not made either.
  EXPECT_EQ(refusal(InsertUser{make_user("bob"), reply}), ErrorCode::idempotency_running);
  EXPECT_EQ(rows("users"), 1U);
}

TEST_P(LoginStore, purgingDropsWhatIsOld) {
  const UserId user = add_user("alice");
  const ConversationId talk = add_conversation({user});
  post(talk, user);
  post(talk, user);
  const EventPlace end = log_end();
  must(KeepReply{{{user, "old", "f", 200, "", at(1)}, {}}});
  must(KeepReply{{{user, "new", "f", 200, "", at(50)}, {}}});
  must(StartLogin{Login{make_uuid7(), user, false, make_uuid7(), {}, {}, "", 0, at(1), at(10)}});
  must(StartLogin{Login{make_uuid7(), user, false, make_uuid7(), {}, {}, "", 0, at(1), at(90)}});
  EXPECT_EQ(reader->log_bounds().value().begin, EventPlace{});

  EXPECT_EQ(must(Purge{at(12), at(20), at(20)}), 4);  // two events, a reply, a login
  EXPECT_EQ(rows("events"), 1U);
  EXPECT_EQ(rows("idempotency"), 1U);
  EXPECT_EQ(rows("logins"), 1U);
  const LogBounds bounds = reader->log_bounds().value();
  EXPECT_GE(bounds.end, end);
  // What is kept comes after what was dropped.
  const std::vector<Event> kept = events(user);
  ASSERT_EQ(kept.size(), 1U);
  EXPECT_LT(bounds.begin, kept[0].place);
  EXPECT_EQ(reader->missed_events(user, bounds.begin, 10).value().events.size(), 1U);
  EXPECT_EQ(must(Purge{at(12), at(20), at(20)}), 0);
}

}  // namespace
}  // namespace confab::storage::test
