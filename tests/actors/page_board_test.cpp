#include "actors/boards/page_board.hpp"

#include <gtest/gtest.h>

namespace confab::actors {
namespace {

constexpr ConversationId kConversation{7};

class PageBoardTest : public testing::Test {
 protected:
  static ListMessages look(std::int64_t user = 1) {
    ListMessages look;
    look.caller = {UserId{user}, Role::guest};
    return look;
  }

  static ListView page(std::string items) {
    ListView view;
    view.items = std::move(items);
    return view;
  }

  void put(const ListMessages& look, std::string items) {
    pages_.put(kConversation, look, pages_.stamp(activity_, {}), page(std::move(items)));
  }

  std::string found(const ListMessages& look) {
    const auto found = pages_.find(kConversation, look);
    return found ? found->page->items : "nothing";
  }

  PeopleBoard people_;
  ActivityBoard board_;
  ActivityRef activity_ = board_.get(kConversation);
  PageBoard pages_{people_};
};

TEST_F(PageBoardTest, GivesBackWhatWasMade) {
  EXPECT_EQ(found(look()), "nothing");
  put(look(), "page");
  EXPECT_EQ(found(look()), "page");
}

TEST_F(PageBoardTest, ForgetsAtTheNextChange) {
  put(look(), "page");
  board_.changed(*activity_);
  EXPECT_EQ(found(look()), "nothing");
  put(look(), "newer page");
  EXPECT_EQ(found(look()), "newer page");
}

TEST_F(PageBoardTest, ForgetsWhenSomebodyIsRenamed) {
  put(look(), "page");
  storage::User user;
  user.id = UserId{1};
  const PersonRef shown = people_.put(user);
  user.username = "new";
  people_.rename(user);
  EXPECT_EQ(found(look()), "nothing");
}

TEST_F(PageBoardTest, DoesNotKeepWhatChangedWhileItWasMade) {
  const PageBoard::Stamp stamp = pages_.stamp(activity_, {});
  board_.changed(*activity_);
  pages_.put(kConversation, look(), stamp, page("page"));
  EXPECT_EQ(found(look()), "nothing");
}

TEST_F(PageBoardTest, TellsUnderWhichOwnershipAPageWasMade) {
  const storage::Fence fence{3, 14};
  pages_.put(kConversation, look(), pages_.stamp(activity_, fence), page("page"));
  const auto found = pages_.find(kConversation, look());
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->fence, fence);
}

TEST_F(PageBoardTest, TellsLooksApart) {
  put(look(), "page");
  EXPECT_EQ(found(look(2)), "nothing");

  ListMessages as_admin = look();
  as_admin.caller.role = Role::admin;
  EXPECT_EQ(found(as_admin), "nothing");

  ListMessages with_replies = look();
  with_replies.with_replies = true;
  EXPECT_EQ(found(with_replies), "nothing");

  ListMessages longer = look();
  longer.window.limit = 50;
  EXPECT_EQ(found(longer), "nothing");

  EXPECT_FALSE(pages_.find(ConversationId{8}, look()).has_value());
}

TEST_F(PageBoardTest, KeepsNewestPagesOnly) {
  ListMessages second_page = look();
  second_page.window.offset = 20;
  ListMessages oldest_first = look();
  oldest_first.oldest_first = true;
  ListMessages older = look();
  older.window.older_than = MessageId{storage::make_uuid4()};
  for (const ListMessages& other : {second_page, oldest_first, older}) {
    put(other, "page");
    EXPECT_EQ(found(other), "nothing");
  }
}

TEST_F(PageBoardTest, ForgetsWhatNobodyAsksFor) {
  PageBoard small(people_, std::size_t{256} << 10);
  small.put(kConversation, look(), small.stamp(activity_, {}), page("wanted"));
  small.put(ConversationId{8}, look(), small.stamp(activity_, {}), page("unwanted"));
  const std::string text(1000, 'x');
  for (std::int64_t id = 100; id < 1000; ++id) {
    small.put(ConversationId{id}, look(), small.stamp(activity_, {}), page(text));
    ASSERT_TRUE(small.find(kConversation, look()).has_value()) << id;
  }
  EXPECT_FALSE(small.find(ConversationId{8}, look()).has_value());
}

TEST_F(PageBoardTest, DoesNotKeepAPageThatWouldPushOutTheOthers) {
  put(look(), std::string(PageBoard::kMaxBytes / 16, 'x'));
  EXPECT_EQ(found(look()), "nothing");
}

}  // namespace
}  // namespace confab::actors
