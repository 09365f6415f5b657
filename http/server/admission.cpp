#include "http/server/admission.hpp"

namespace confab::http {

Admission::Admission(unsigned max_connections, unsigned max_per_peer, ServerCounters& counters)
    : max_connections_(max_connections), max_per_peer_(max_per_peer), counters_(counters) {}

bool Admission::enter(const std::string& peer) {
  const std::lock_guard lock(mutex_);
  bool admitted = counters_.open.load() < static_cast<std::int64_t>(max_connections_);
  if (admitted && max_per_peer_ > 0) {
    unsigned& count = per_peer_[peer];
    admitted = count < max_per_peer_;
    if (admitted) ++count;
  }
  if (admitted) {
    counters_.accepted.fetch_add(1);
    counters_.open.fetch_add(1);
  } else {
    counters_.refused.fetch_add(1);
  }
  return admitted;
}

void Admission::leave(const std::string& peer) {
  const std::lock_guard lock(mutex_);
  counters_.open.fetch_sub(1);
  if (max_per_peer_ == 0) return;
  const auto entry = per_peer_.find(peer);
  if (entry != per_peer_.end() && --entry->second == 0) per_peer_.erase(entry);
}

}  // namespace confab::http
