#pragma once

#include <chrono>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <gtest/gtest.h>
#include <unistd.h>

#include "actors/context.hpp"
#include "actors/conversation/conversation_actor.hpp"
#include "actors/user/user_actor.hpp"
#include "tests/actors/people.hpp"

namespace confab::actors {

/// A database that answers when the test says so: changes are held back until release(), and can be
/// made to fail. Runs on the test's thread, over a real SQLite file.
class SteppedPersistence : public Persistence {
 public:
  explicit SteppedPersistence(storage::Store& store)
      : writer_(std::move(store.open_writer().value())),
        reader_(std::move(store.open_reader().value())) {}

  using Persistence::commit;
  void commit(storage::Change change, storage::Fences,
              std::function<void(Result<Committed>)> done) override {
    held_.push_back({std::move(change), std::move(done)});
    if (!holding_) release();
  }

  /// From now on changes wait for release().
  void hold() { holding_ = true; }

  /// Commits all that wait, as one group.
  void release() {
    commit_unheard();
    answer();
  }

  /// Commits all that wait, but nobody hears of it yet.
  void commit_unheard() {
    holding_ = false;
    std::vector<storage::Change> changes;
    for (auto& [change, done] : held_) changes.push_back(std::move(change));
    unheard_ = std::exchange(held_, {});
    results_.clear();
    if (!changes.empty()) results_ = writer_->commit(changes);
  }

  void answer() {
    auto unheard = std::exchange(unheard_, {});
    auto results = std::exchange(results_, {});
    for (std::size_t i = 0; i < unheard.size(); ++i) unheard[i].second(std::move(results[i]));
    if (after_commit && !unheard.empty()) after_commit();
  }

  /// Commits a change before those that wait.
  void commit_first(const storage::Change& change) {
    ASSERT_TRUE(writer_->commit(std::span(&change, 1)).front().has_value());
  }

  /// All that wait fail, as when the database has gone.
  void lose() {
    holding_ = false;
    for (auto& [change, done] : std::exchange(held_, {})) {
      done(fail(ErrorCode::storage_unavailable));
    }
  }

  /// The oldest of those that wait fails.
  void lose_first() {
    auto done = std::move(held_.front().second);
    held_.pop_front();
    done(fail(ErrorCode::storage_unavailable));
  }

  std::function<void()> after_commit;

  std::size_t waiting() const { return held_.size(); }

  /// From now on queries wait for release_reads().
  void hold_reads() { holding_reads_ = true; }

  void release_reads() {
    holding_reads_ = false;
    for (ReadJob& job : std::exchange(held_reads_, {})) job(reader_.get());
  }
  std::size_t reads() const { return reads_; }

 protected:
  void submit(ReadJob job) override {
    ++reads_;
    held_reads_.push_back(std::move(job));
    if (!holding_reads_) release_reads();
  }

 private:
  std::unique_ptr<storage::Writer> writer_;
  std::unique_ptr<storage::Reader> reader_;
  using Held = std::deque<std::pair<storage::Change, std::function<void(Result<Committed>)>>>;
  Held held_;
  Held unheard_;
  std::vector<Result<Committed>> results_;
  std::vector<ReadJob> held_reads_;
  bool holding_ = false;
  bool holding_reads_ = false;
  std::size_t reads_ = 0;
};

/// The actors of conversations and users, deterministic: nothing runs until drain(), and then one
/// message at a time on the test's thread.
class ActorTest : public testing::Test {
 protected:
  struct Config : caf::actor_system_config {
    Config() {
      add_message_types<caf::id_block::confab>();
      set("scheduler.policy", caf::atom("testing"));
    }
  };

  ActorTest()
      : directory_(std::filesystem::temp_directory_path() /
                   ("confab-actors-" + std::to_string(getpid()) + "-" +
                    storage::to_string(storage::make_uuid4()))) {
    std::filesystem::create_directories(directory_);
    store_ = std::move(storage::open_sqlite((directory_ / "test.sqlite3").string()).value());
    EXPECT_TRUE(store_->migrate().has_value());
    persistence_ = std::make_unique<SteppedPersistence>(*store_);
    context_.emplace(Context{
        .persistence = *persistence_,
        .people = people_,
        .activity = activity_,
        .pages = pages_,
        .presence = presence_,
        .access = access_,
        .erasures = erasures_,
        .conversations = conversations_,
        .users = users_,
        .signal_typing = [this](UserTyping news) { typing_.push_back(std::move(news)); },
        .cached_messages = 5,
        .max_participants = 6,
    });
    for (const char* name : {"alice", "bob", "carol", "dave"}) add_user(name);
  }

  ~ActorTest() override {
    conversations_.stop();
    users_.stop();
    drain();
    std::filesystem::remove_all(directory_);
  }

  void drain() {
    while (scheduler().try_run_once()) {
    }
  }

  caf::scheduler::test_coordinator& scheduler() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler());
  }

  /// Sends a request; its answer is there once the actors have run.
  template <class Key, class Request>
  std::shared_ptr<std::optional<Result<typename Request::Reply>>> send(Key key, Request request) {
    using Reply = typename Request::Reply;
    auto slot = std::make_shared<std::optional<Result<Reply>>>();
    Answer<Reply> answer([slot](Result<Reply> result) { slot->emplace(std::move(result)); });
    if constexpr (std::is_same_v<Key, ConversationId>) {
      conversations_.ask(key, std::move(request), std::move(answer));
    } else {
      users_.ask(key, std::move(request), std::move(answer));
    }
    return slot;
  }

  /// Sends a request and lets everything run until it is answered.
  template <class Key, class Request>
  Result<typename Request::Reply> ask(Key key, Request request) {
    auto slot = send(key, std::move(request));
    drain();
    if (!slot->has_value()) return fail(ErrorCode::timed_out, "not answered");
    return std::move(**slot);
  }

  ConversationId converse(UserId owner, std::vector<UserId> others) {
    EXPECT_TRUE(ask(owner, CreateConversation{"", std::move(others), {}}).has_value());
    return ConversationId{++last_conversation_};
  }

  Result<ResourceView> try_say(ConversationId conversation, UserId sender, std::string text,
                               std::optional<MessageId> parent = std::nullopt) {
    return ask(conversation, SendMessage{{sender}, std::move(text), parent, {}, {}});
  }

  ResourceView say(ConversationId conversation, UserId sender, std::string text,
                   std::optional<MessageId> parent = std::nullopt) {
    auto said = try_say(conversation, sender, std::move(text), parent);
    EXPECT_TRUE(said.has_value());
    return said.has_value() ? said.value() : ResourceView{};
  }

  std::uint64_t unread(UserId user) {
    auto list = ask(user, ListUnread{});
    return list.has_value() ? list.value().count : ~std::uint64_t{0};
  }

  /// The id of the message posted last.
  MessageId last_posted() {
    MessageId last;
    for (const storage::Event& event : log()) {
      if (event.kind == storage::EventKind::message_created) last = event.message;
    }
    return last;
  }

  /// The whole log of events.
  std::vector<storage::Event> log() {
    storage::TailQuery everything;
    everything.after.emplace();
    everything.limit = 10'000;
    return store_->open_reader().value()->log_tail(everything).value().events;
  }

  void add_user(const std::string& name) {
    storage::User user;
    user.uuid = storage::make_uuid4();
    user.username = name;
    user.email = name + "@example.com";
    user.password_hash = "none";
    user.created_at = user.updated_at = storage::now();
    persistence_->commit(storage::InsertUser{user, {}},
                         [](const Result<storage::Committed>& r) { ASSERT_TRUE(r.has_value()); });
  }

  std::filesystem::path directory_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<SteppedPersistence> persistence_;
  Config config_;
  caf::actor_system system_{config_};
  PeopleBoard people_;
  ActivityBoard activity_;
  PageBoard pages_{people_};
  PresenceBoard presence_;
  AccessBoard access_;
  ErasureBoard erasures_;
  ConversationDirectory conversations_{[this](ConversationId id, storage::Fence) {
    return system_.spawn<caf::lazy_init>(conversation_actor, id, &*context_, storage::Fence{});
  }};
  UserDirectory users_{[this](UserId id, storage::Fence) {
    return system_.spawn<caf::lazy_init>(user_actor, id, &*context_, storage::Fence{});
  }};
  std::optional<Context> context_;
  std::vector<UserTyping> typing_;
  std::int64_t last_conversation_ = 0;
};

}  // namespace confab::actors
