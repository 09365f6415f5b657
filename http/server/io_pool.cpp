#include "http/server/io_pool.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include <pistache/reactor.h>
#include <unistd.h>

#include "http/server/io_loop.hpp"

namespace confab::http {

struct IoPool::Impl {
  std::shared_ptr<IoShared> shared;
  std::shared_ptr<Pistache::Aio::Reactor> reactor;
  std::vector<std::shared_ptr<IoLoop>> loops;
  std::size_t next = 0;
};

IoPool::IoPool(std::shared_ptr<IoShared> shared) : impl_(std::make_unique<Impl>()) {
  impl_->shared = std::move(shared);
}

IoPool::~IoPool() { stop(); }

void IoPool::start() {
  impl_->reactor = Pistache::Aio::Reactor::create();
  const unsigned threads = std::max(1U, impl_->shared->options.io_threads);
  impl_->reactor->init(Pistache::Aio::AsyncContext(threads, "http-io"));
  const auto key = impl_->reactor->addHandler(std::make_shared<IoLoop>(impl_->shared));
  for (const auto& handler : impl_->reactor->handlers(key)) {
    impl_->loops.push_back(std::static_pointer_cast<IoLoop>(handler));
  }
  impl_->reactor->run();
}

void IoPool::adopt(int fd, const std::string& peer) {
  const auto& loop = impl_->loops[impl_->next++ % impl_->loops.size()];
  IoLoop* target = loop.get();  // a task never outlives its loop
  if (target->post([target, fd, peer] { target->adopt(fd, peer); })) return;
  impl_->shared->admission.leave(peer);
  ::close(fd);
}

void IoPool::begin_drain() {
  for (const auto& loop : impl_->loops) {
    loop->post([target = loop.get()] { target->begin_drain(); });
  }
}

void IoPool::kill_all() {
  for (const auto& loop : impl_->loops) {
    loop->post([target = loop.get()] { target->kill_all(); });
  }
}

void IoPool::stop() {
  if (!impl_->reactor) return;
  impl_->reactor->shutdown();
  impl_->reactor.reset();
  for (const auto& loop : impl_->loops) loop->stop();
  impl_->loops.clear();
}

}  // namespace confab::http
