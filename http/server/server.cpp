#include "http/server/server.hpp"

#include <exception>
#include <thread>
#include <utility>

#include "http/server/acceptor.hpp"
#include "http/server/io_pool.hpp"
#include "http/server/io_shared.hpp"

namespace confab::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kDrainPoll{2};
/// Connections that were shut down are gone as soon as their IO thread looks.
constexpr milliseconds kShutdownPatience{2000};

}  // namespace

struct Server::Impl {
  Impl(ServerOptions options, Handler handler)
      : shared(std::make_shared<IoShared>(std::move(options), std::move(handler))),
        pool(shared),
        acceptor(shared, [this](int fd, const std::string& peer) { pool.adopt(fd, peer); }) {}

  void wait_until_empty(milliseconds patience) const {
    const auto end = steady_clock::now() + patience;
    while (shared->counters.open.load() > 0 && steady_clock::now() < end) {
      std::this_thread::sleep_for(kDrainPoll);
    }
  }

  std::shared_ptr<IoShared> shared;
  IoPool pool;
  Acceptor acceptor;
  bool running = false;
};

Server::Server(ServerOptions options, Handler handler)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(handler))) {}

Server::~Server() { drain(milliseconds::zero()); }

std::string Server::start() {
  std::string error = impl_->acceptor.listen();
  if (!error.empty()) return error;
  try {
    impl_->pool.start();
    impl_->acceptor.start();
  } catch (const std::exception& exception) {
    return exception.what();
  }
  impl_->running = true;
  return {};
}

std::uint16_t Server::port() const { return impl_->acceptor.port(); }

void Server::drain(milliseconds grace) {
  if (!std::exchange(impl_->running, false)) return;
  impl_->acceptor.stop();
  impl_->pool.begin_drain();
  impl_->wait_until_empty(grace);
  impl_->pool.kill_all();
  impl_->wait_until_empty(kShutdownPatience);
  impl_->pool.stop();
}

const ServerCounters& Server::counters() const { return impl_->shared->counters; }

}  // namespace confab::http
