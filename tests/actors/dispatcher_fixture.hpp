#pragma once

#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "actors/dispatcher/dispatcher.hpp"
#include "tests/actors/actor_fixture.hpp"
#include "tests/actors/parsed.hpp"

namespace confab::actors {

/// What one client got.
struct Received {
  std::vector<std::string> frames;
  bool accepts = true;
  bool is_closed = false;
  bool is_behind = false;

  std::vector<Json> events() const {
    std::vector<Json> found;
    for (const std::string& frame : frames) {
      const auto data = frame.find("data: ");
      if (data == std::string::npos) continue;
      found.push_back(Json::parse(frame.substr(data + 6)));
    }
    return found;
  }
  std::vector<std::string> types() const {
    std::vector<std::string> found;
    for (const Json& event : events()) found.push_back(event["type"]);
    return found;
  }
  std::string last_id() const {
    std::string id;
    for (const std::string& frame : frames) {
      const auto at = frame.find("id: ");
      if (at == 0 || (at != std::string::npos && frame[at - 1] == '\n')) {
        id = frame.substr(at + 4, frame.find('\n', at) - at - 4);
      }
    }
    return id;
  }
};

class RecordingSink : public EventSink {
 public:
  explicit RecordingSink(std::shared_ptr<Received> received) : received_(std::move(received)) {}

  bool push(const Frame& frame) override {
    if (received_->accepts) received_->frames.push_back(*frame);
    return received_->accepts;
  }
  bool push_cursor(const Frame& frame) override { return push(frame); }
  void push_transient(const Frame& frame) override {
    if (!received_->is_behind) push(frame);
  }
  bool is_behind() const override { return received_->is_behind; }
  void close() override { received_->is_closed = true; }

 private:
  std::shared_ptr<Received> received_;
};

class DispatcherTest : public ActorTest {
 protected:
  DispatcherTest() {
    for (const UserId user : {kAlice, kBob, kCarol, kDave}) {
      access_.put(user, {Role::guest, true, 0});
    }
    bell_.set_up([this] { caf::anon_send(dispatcher_, LogGrew{}); });
    persistence_->after_commit = [this] { bell_.log_grew(); };
  }

  ~DispatcherTest() override {
    caf::anon_send_exit(dispatcher_, caf::exit_reason::user_shutdown);
    dispatcher_ = nullptr;
    drain();
  }

  StreamOwner owner(UserId user) {
    const Uuid login = storage::make_uuid4();
    access_.put(login, {user, 0, storage::now() + std::chrono::hours(1), {}});
    return {user, login, 0, storage::now() + std::chrono::hours(1)};
  }

  Result<StreamOpened> try_open(const StreamOwner& who, std::shared_ptr<Received> received,
                                std::optional<std::string> after = std::nullopt) {
    Result<StreamOpened> result = fail(ErrorCode::timed_out);
    caf::anon_send(
        dispatcher_,
        OpenStream{who, std::move(after), std::make_shared<RecordingSink>(std::move(received))},
        Answer<StreamOpened>([&](Result<StreamOpened> got) { result = std::move(got); }));
    drain();
    return result;
  }

  std::shared_ptr<Received> listen(UserId user, std::optional<std::string> after = std::nullopt) {
    auto received = std::make_shared<Received>();
    const auto opened = try_open(owner(user), received, std::move(after));
    EXPECT_TRUE(opened.has_value());
    if (opened.has_value()) newest_stream_ = opened.value().stream;
    return received;
  }

  /// The client of the stream opened last goes away.
  void hang_up() {
    caf::anon_send(dispatcher_, StreamClosed{newest_stream_});
    drain();
  }

  std::shared_ptr<std::optional<Result<EventPage>>> ask_page(ListEvents request) {
    auto slot = std::make_shared<std::optional<Result<EventPage>>>();
    caf::anon_send(dispatcher_, std::move(request),
                   Answer<EventPage>([slot](Result<EventPage> got) { slot->emplace(got); }));
    drain();
    return slot;
  }

  EventPage page(UserId user, std::optional<std::string> after, std::uint32_t limit = 20) {
    auto slot = ask_page({owner(user), std::move(after), limit, std::chrono::seconds(0)});
    EXPECT_TRUE(slot->has_value() && (**slot).has_value());
    return slot->has_value() && (**slot).has_value() ? (**slot).value() : EventPage{};
  }

  /// Lets the dispatcher's clock run.
  void pass(std::chrono::seconds time) {
    for (int i = 0; i < time.count(); ++i) {
      scheduler().advance_time(std::chrono::seconds(1));
      drain();
    }
  }
  void add(ConversationId conversation, UserId by, UserId user) {
    EXPECT_TRUE(ask(conversation, AddParticipant{{by}, user, {}}).has_value());
  }
  void remove(ConversationId conversation, UserId by, UserId user) {
    EXPECT_TRUE(ask(conversation, RemoveParticipant{{by}, user, {}}).has_value());
  }

  std::uint64_t newest_stream_ = 0;
  LogBell bell_;
  DispatcherContext dispatcher_context_{
      .persistence = *persistence_,
      .conversations = conversations_,
      .people = people_,
      .presence = presence_,
      .access = access_,
      .bell = bell_,
      .max_streams = 5,
      .max_streams_per_user = 2,
  };
  NotificationDispatcher dispatcher_ = system_.spawn(notification_dispatcher, &dispatcher_context_);
};

}  // namespace confab::actors
