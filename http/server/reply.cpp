#include "http/server/reply.hpp"

#include <atomic>
#include <utility>

#include "http/server/connection.hpp"
#include "http/server/inbox.hpp"
#include "http/server/protocol_error.hpp"

namespace confab::http {

struct ReplyHandle::State {
  enum class Stage : std::uint8_t { open, answered, streaming, ended };

  State(std::shared_ptr<Connection> owner, std::uint64_t number)
      : connection(std::move(owner)), sequence(number) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  /// Nobody is left who could answer, or push: the client is not kept waiting.
  ~State() {
    if (stage == Stage::open) answer(to_response(kUnavailable));
    if (stage == Stage::streaming) post(post::EndStream{});
  }

  bool move_on(Stage from, Stage to) { return stage.compare_exchange_strong(from, to); }

  template <typename Action>
  bool post(Action action) const {
    return connection->inbox()->put({connection, sequence, std::move(action)});
  }

  void answer(Response response) const {
    if (connection->lost()) return;
    if (connection->inbox()->on_own_thread()) {
      connection->complete(sequence, std::move(response));
    } else {
      post(std::move(response));
    }
  }

  const std::shared_ptr<Connection> connection;
  const std::uint64_t sequence;
  std::atomic<Stage> stage{Stage::open};
};

ReplyHandle make_reply(std::shared_ptr<Connection> connection, std::uint64_t sequence) {
  return ReplyHandle(std::make_shared<ReplyHandle::State>(std::move(connection), sequence));
}

void ReplyHandle::send(Response response) const {
  using Stage = State::Stage;
  if (state_ && state_->move_on(Stage::open, Stage::answered)) state_->answer(std::move(response));
}

void ReplyHandle::may_wait() const {
  if (state_ && state_->stage == State::Stage::open) state_->post(post::Wait{});
}

void ReplyHandle::start_stream(Response head, std::function<void()> on_close) const {
  using Stage = State::Stage;
  post::StartStream start{std::move(head), std::move(on_close)};
  // Stream operations always go through the inbox, even on the IO thread, so that they keep the
  // order in which they were called.
  const bool started =
      state_ && state_->move_on(Stage::open, Stage::streaming) && state_->post(start);
  if (!started && start.on_close) start.on_close();
}

bool ReplyHandle::push(Bytes bytes) const {
  if (!bytes || !alive() || state_->stage != State::Stage::streaming) return false;
  if (!state_->connection->reserve_unsent(bytes->size())) {
    state_->post(post::CutOff{});
    return false;
  }
  return state_->post(post::Push{std::move(bytes)});
}

void ReplyHandle::close() const {
  using Stage = State::Stage;
  if (state_ && state_->move_on(Stage::streaming, Stage::ended)) state_->post(post::EndStream{});
}

bool ReplyHandle::is_behind() const { return state_ && state_->connection->is_behind(); }

bool ReplyHandle::alive() const { return state_ && !state_->connection->lost(); }

}  // namespace confab::http
