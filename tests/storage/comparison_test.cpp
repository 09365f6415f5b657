#include <algorithm>
#include <map>
#include <random>
#include <sstream>

#include "tests/storage/store_fixture.hpp"

// Random changes are applied to both stores; every result and every read must be the same.

namespace confab::storage::test {
namespace {

std::string text(const Uuid& uuid) { return to_string(uuid); }
std::string text(Timestamp time) { return to_string(time); }
std::string text(const SeqSet& set) {
  std::string out;
  for (const Seq seq : set.to_vector()) out += std::to_string(seq.value) + ' ';
  return out;
}

std::string text(const Message& m) {
  std::ostringstream out;
  out << text(m.id.value) << ' ' << m.conversation.value << '/' << m.seq.value << " by "
      << m.sender.value << " to " << m.receiver.value << " re " << m.parent.value << ' '
      << text(m.parent_id.value) << " d" << int{m.depth} << " r" << m.reply_count << ' '
      << text(m.timestamp) << (m.edited_at ? text(*m.edited_at) : "") << ' ' << m.content;
  return out.str();
}

/// Without the id: a refused insertion leaves a gap in PostgreSQL's.
std::string text(const User& u) {
  std::ostringstream out;
  out << u.username << ' ' << u.email << ' ' << u.first_name << ' ' << static_cast<int>(u.role)
      << u.is_active << u.access_epoch << text(u.updated_at)
      << (u.last_seen ? text(*u.last_seen) : "");
  return out.str();
}

std::string text(const Event& e) {
  std::ostringstream out;
  out << static_cast<int>(e.kind) << " c" << e.conversation.value << " a" << e.audience.value
      << " s" << e.subject.value << ' ' << text(e.message.value) << ' ' << e.seq.value << text(e.at)
      << ' ' << e.parent.value << (e.conversation_uuid ? " named " : " ")
      << text(SeqSet::parse(e.seqs).value_or(SeqSet{}));
  return out.str();
}

std::string text(const ConversationSnapshot& s) {
  std::ostringstream out;
  const Conversation& c = s.conversation;
  out << c.title << ' ' << c.owner.value << ' ' << c.last_seq.value << ' ' << c.message_count << ' '
      << text(c.updated_at) << '\n';
  for (const Member& m : s.members) {
    out << m.user.value << ' ' << m.joined_after.value << text(m.joined_at) << m.has_left
        << text(m.read) << '|' << text(m.dismissed) << '\n';
  }
  out << text(s.live) << '\n' << text(s.top_level) << '\n';
  auto sent = s.sent;
  std::sort(sent.begin(), sent.end(), [](auto& a, auto& b) { return a.first < b.first; });
  for (const auto& [user, set] : sent) out << user.value << ": " << text(set) << '\n';
  for (const Message& m : s.newest) out << text(m) << '\n';
  return out.str();
}

template <class T>
std::string text(const std::vector<T>& list) {
  std::string out;
  for (const T& one : list) out += text(one) + '\n';
  return out;
}

std::string text(MissedEvents missed) {
  std::sort(missed.memberships.begin(), missed.memberships.end());
  std::string out = text(missed.events) + text(missed.turns);
  for (const ConversationId id : missed.memberships) out += std::to_string(id.value) + ' ';
  return out;
}

std::string text(const std::vector<MessagePlace>& places) {
  std::string out;
  for (const MessagePlace& p : places) out += text(p.id.value) + '\n';
  return out;
}

std::string text(const std::vector<ThreadNode>& nodes) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> sorted;
  for (const ThreadNode& node : nodes) sorted.emplace_back(node.seq.value, node.parent.value);
  std::sort(sorted.begin(), sorted.end());
  std::string out;
  for (const auto& [seq, parent] : sorted) {
    out += std::to_string(seq) + '<' + std::to_string(parent) + ' ';
  }
  return out;
}

std::string text(const std::vector<MembershipRow>& rows) {
  std::string out;
  for (const MembershipRow& row : rows) {
    out += std::to_string(row.conversation.value) + text(row.updated_at) + ' ';
  }
  return out;
}

template <class T>
std::string text(const Page<T>& page) {
  return std::to_string(page.count) + '\n' + text(page.rows);
}

template <class T>
std::string text(const Result<T>& result) {
  return result ? text(result.value()) : std::string(to_string(result.error().code));
}

class Comparison : public testing::TestWithParam<unsigned> {
 protected:
  using Maker = Change (Comparison::*)();

  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }
  UserId some_user() { return UserId{1 + below(kUsers + 1)}; }  // one of them does not exist
  ConversationId some_conversation() { return ConversationId{1 + below(kConversations + 1)}; }
  Timestamp later() { return at(static_cast<int>(++clock_)); }
  SeqSet some_set() {
    SeqSet set;
    for (int i = 0; i < 5; ++i) set.add(Seq{1 + below(30)});
    return set;
  }

  std::vector<Message> messages_in(ConversationId conversation) {
    const auto found = sqlite_.reader->conversation(conversation, 1000);
    return found ? found.value().newest : std::vector<Message>{};
  }

  std::optional<PendingReply> some_reply() {
    if (below(6) != 0) return std::nullopt;
    return PendingReply{{some_user(), "key" + std::to_string(below(40)), "f", 201, "{}", later()},
                        [](std::int64_t id) { return std::to_string(id); }};
  }

  Change post() {
    static const char* const kTexts[] = {"the quick fox", "Καλημέρα κόσμε", "我明天去北京", "jumps",
                                         "quick quick"};
    PostMessage change;
    Message& message = change.message;
    message.id = MessageId{make_uuid7()};
    message.conversation = some_conversation();
    const auto known = messages_in(message.conversation);
    const auto snapshot = sqlite_.reader->conversation(message.conversation, 0);
    const std::uint32_t last = snapshot ? snapshot.value().conversation.last_seq.value : 0;
    const std::uint32_t pending = posted_[message.conversation]++;
    message.seq = Seq{last + 1 + pending + (below(15) == 0 ? 1 : 0)};
    message.sender = UserId{1 + below(kUsers)};
    if (below(4) == 0) message.receiver = UserId{1 + below(kUsers)};
    if (!known.empty() && below(2) == 0) {
      const Message& parent = known[below(static_cast<std::uint32_t>(known.size()))];
      message.parent = parent.seq;
      message.parent_id = parent.id;
      message.depth = static_cast<std::uint8_t>(parent.depth + 1);
    }
    message.content = kTexts[below(5)];
    message.timestamp = later();
    change.reply = some_reply();
    return change;
  }

  Change edit() {
    const ConversationId conversation = some_conversation();
    const auto known = messages_in(conversation);
    if (known.empty()) return post();
    const Message& message = known[below(static_cast<std::uint32_t>(known.size()))];
    return EditMessage{{make_uuid7(), message.id, conversation, message.seq, message.content,
                        later(), some_user()},
                       "edited quick text " + std::to_string(below(100))};
  }

  Change remove_thread() {
    const ConversationId conversation = some_conversation();
    const auto known = messages_in(conversation);
    if (known.empty()) return post();
    const Message& root = known[below(static_cast<std::uint32_t>(known.size()))];
    DeleteMessages change;
    change.conversation = conversation;
    const auto nodes = sqlite_.reader->thread(conversation, root.seq);
    for (const ThreadNode& node : nodes.value()) change.seqs.push_back(node.seq);
    if (root.parent) change.parents = {{root.parent, 1}};
    change.roots = {{root.seq, root.id, root.parent}};
    change.updated_at = later();
    change.at = change.updated_at;
    return change;
  }

  Change read() {
    return SaveReadState{some_conversation(), some_user(), some_set(), some_set(),
                         some_set(),          some_set(),  later(),    some_reply()};
  }

  Change join() {
    Member member;
    member.conversation = some_conversation();
    member.user = some_user();
    member.joined_after = Seq{below(5)};
    member.joined_at = later();
    member.read = some_set();
    return AddMember{member, some_reply()};
  }

  Change leave() {
    return RemoveMember{some_conversation(), some_user(), below(2) == 0 ? some_user() : UserId{},
                        later(), some_reply()};
  }

  Change rename() {
    return UpdateConversation{some_conversation(), "title " + std::to_string(below(100)),
                              some_user(), later()};
  }

  Change change_user() {
    User user = make_user("user" + std::to_string(1 + below(kUsers * 2)));
    user.id = some_user();
    user.role = static_cast<Role>(below(3));
    user.updated_at = later();
    // Which of two broken constraints is reported is the database's choice.
    user.email = text(make_uuid7());
    return UpdateUser{user};
  }

  Change touch() { return TouchUser{some_user(), later()}; }

  Change new_user() {
    User user = make_user("new" + std::to_string(below(30)));
    user.email = text(make_uuid7());
    return InsertUser{user, some_reply()};
  }

  Change some_change() {
    static constexpr Maker kMakers[] = {
        &Comparison::post,  &Comparison::post,    &Comparison::post,   &Comparison::post,
        &Comparison::edit,  &Comparison::read,    &Comparison::read,   &Comparison::remove_thread,
        &Comparison::join,  &Comparison::leave,   &Comparison::rename, &Comparison::change_user,
        &Comparison::touch, &Comparison::new_user};
    return (this->*kMakers[below(std::size(kMakers))])();
  }

  /// Changes are made for the state before the batch; some therefore fail within it. A deletion
  /// goes alone: it must know all replies.
  std::vector<Change> some_batch() {
    posted_.clear();
    std::vector<Change> batch;
    const std::uint32_t size = 1 + below(12);
    for (std::uint32_t i = 0; i < size; ++i) {
      Change change = some_change();
      if (std::holds_alternative<DeleteMessages>(change)) return {change};
      batch.push_back(std::move(change));
    }
    return batch;
  }

  void expect_same_results(const std::vector<Change>& batch) {
    const auto left = sqlite_.writer->commit(batch);
    const auto right = postgres_.writer->commit(batch);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      ASSERT_EQ(left[i].has_value(), right[i].has_value())
          << "change " << i << " of kind " << batch[i].index() << ": "
          << (left[i] ? right[i] : left[i]).error().detail;
      if (!left[i]) {
        EXPECT_EQ(to_string(left[i].error().code), to_string(right[i].error().code));
      }
    }
  }

  template <class Ask>
  void expect_same(Ask&& ask) {
    EXPECT_EQ(text(ask(*sqlite_.reader)), text(ask(*postgres_.reader)));
  }

  void expect_same_state() {
    for (std::uint32_t i = 1; i <= kConversations; ++i) {
      const ConversationId id{i};
      expect_same([&](Reader& reader) { return reader.conversation(id, 5); });
      const UserId user = some_user();
      const Seq seq{1 + below(30)};
      expect_same([&](Reader& reader) { return reader.thread(id, seq); });
      expect_same([&](Reader& reader) { return reader.touched_by(id, user); });
      expect_same([&](Reader& reader) { return reader.messages(id, seqs({3, 1, 9, 2})); });
    }
    for (std::uint32_t i = 1; i <= kUsers; ++i) {
      const UserId user{i};
      expect_same([&](Reader& reader) { return reader.user(user); });
      expect_same([&](Reader& reader) { return reader.memberships(user); });
      expect_same(
          [&](Reader& reader) { return reader.missed_events(user, EventPlace{}, 100'000); });
    }
    expect_same_lists();
  }

  void expect_same_lists() {
    UserFilter users;
    users.search = "w1";
    users.order = UserOrder::username;
    expect_same([&](Reader& reader) { return reader.users(users, {below(1), 10}); });
    MessageFilter filter;
    if (below(2) == 0) filter.visible_to = some_user();
    if (below(3) == 0) filter.conversation = some_conversation();
    if (below(3) == 0) filter.sender = some_user();
    if (below(2) == 0) filter.search = below(2) == 0 ? "quick" : "北京";
    if (below(3) == 0) filter.sent_after = at(static_cast<int>(clock_ / 2));
    filter.oldest_first = below(2) == 0;
    if (below(3) == 0) filter.older_than = MessageId{make_uuid7()};
    const PageRequest page{below(3), 10};
    expect_same([&](Reader& reader) { return reader.messages(filter, page); });
  }

  /// What check() finds, but for events, whose positions differ, and SQLite's separate index.
  static std::vector<std::string> findings(StoreFixture& store, bool repair) {
    const auto result = store.store->check(repair);
    if (!result) return {result.error().detail};
    std::vector<std::string> texts;
    for (const Finding& finding : result.value()) {
      const std::string& text = finding.text;
      if (text.starts_with("event") || text.starts_with("words")) continue;
      texts.push_back(text);
    }
    return texts;
  }

  void set_up(StoreFixture& store) {
    std::vector<UserId> users;
    for (std::uint32_t i = 1; i <= kUsers; ++i) {
      users.push_back(store.add_user("user" + std::to_string(i)));
    }
    for (std::uint32_t i = 1; i <= kConversations; ++i) {
      store.add_conversation({users.begin(), users.begin() + 2 + i});
    }
  }

  static constexpr std::uint32_t kUsers = 6;
  static constexpr std::uint32_t kConversations = 3;

  std::mt19937 random_{GetParam()};
  std::uint32_t clock_ = 100;
  std::map<ConversationId, std::uint32_t> posted_;
  StoreFixture sqlite_{Kind::sqlite};
  StoreFixture postgres_{Kind::postgres};
};

TEST_P(Comparison, bothStoresDoTheSame) {
  set_up(sqlite_);
  set_up(postgres_);
  for (int round = 0; round < 120; ++round) {
    expect_same_results(some_batch());
    if (HasFatalFailure() || HasNonfatalFailure()) FAIL() << "in round " << round;
    if (round % 20 == 19) expect_same_state();
  }
  // The changes were made at random: there is something to be found, and to be mended alike.
  EXPECT_EQ(findings(sqlite_, true), findings(postgres_, true));
  expect_same_state();
  EXPECT_THAT(findings(sqlite_, false), testing::IsEmpty());
  EXPECT_THAT(findings(postgres_, false), testing::IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Seeds, Comparison, testing::Range(1U, 7U));

}  // namespace
}  // namespace confab::storage::test
