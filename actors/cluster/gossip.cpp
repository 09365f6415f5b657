#include "actors/cluster/gossip.hpp"

#include <algorithm>
#include <utility>

#include "config/overload.hpp"

namespace confab::actors::cluster {

namespace {

constexpr Moment kBetween{400};  ///< two attendances that differ
constexpr Moment kAtLeastEach{5000};
constexpr Moment kForgotten{16'000};  ///< what a node has said that says no more

}  // namespace

void Gossip::tell_log_grew() { tell_listeners(LogHasGrown{}); }

void Gossip::tell_typing(const UserTyping& typing) { tell_listeners(typing); }

void Gossip::tell_listeners(const News& news) {
  std::lock_guard lock(mutex_);
  if (stopped_) return;
  std::string bytes;
  for (const auto& [node, peer] : peers_) {
    if (!peer.listens) continue;
    if (bytes.empty()) bytes = encode(news);
    hooks_.send(node, bytes);
  }
}

void Gossip::tell_to_look() {
  std::lock_guard lock(mutex_);
  if (stopped_) return;
  const std::string bytes = encode(LookAgain{});
  for (const NodeId node : hooks_.peers()) hooks_.send(node, bytes);
}

void Gossip::beat(Moment now) {
  std::lock_guard lock(mutex_);
  if (stopped_ || now - told_at_ < kBetween) return;
  for (auto it = peers_.begin(); it != peers_.end();) {
    const bool is_gone = now - it->second.heard >= kForgotten;
    if (is_gone) hooks_.gone(it->first);
    it = is_gone ? peers_.erase(it) : std::next(it);
  }
  Attendance here = hooks_.attendance();
  std::sort(here.online.begin(), here.online.end());
  const std::vector<NodeId> peers = hooks_.peers();
  const bool knows_all =
      std::all_of(peers.begin(), peers.end(), [this](NodeId node) { return told_.contains(node); });
  if (knows_all && here == last_ && now - told_at_ < kAtLeastEach) return;
  const std::string bytes = encode(here);
  for (const NodeId node : peers) hooks_.send(node, bytes);
  told_ = {peers.begin(), peers.end()};
  last_ = std::move(here);
  told_at_ = now;
}

void Gossip::received(NodeId from, std::string_view bytes, Moment now) {
  auto news = decode_news(bytes);
  std::lock_guard lock(mutex_);
  if (!news || stopped_) return;
  std::visit(config::Overload{
                 [this](const LogHasGrown&) { hooks_.log_grew(); },
                 [this](const LookAgain&) { hooks_.look(); },
                 [this](UserTyping& typing) { hooks_.typing(std::move(typing)); },
                 [&](Attendance& attendance) {
                   peers_[from] = {now, attendance.listens};
                   hooks_.attended(from, std::move(attendance));
                 },
             },
             *news);
}

void Gossip::stop() {
  std::lock_guard lock(mutex_);
  stopped_ = true;
}

}  // namespace confab::actors::cluster
