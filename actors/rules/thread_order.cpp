#include "actors/rules/thread_order.hpp"

#include <algorithm>
#include <functional>
#include <unordered_map>

namespace confab::actors {

std::vector<storage::Seq> thread_order(storage::Seq root,
                                       const std::vector<storage::ThreadNode>& nodes) {
  std::unordered_map<storage::Seq, std::vector<storage::Seq>> children;
  for (const storage::ThreadNode& node : nodes) {
    if (node.seq != root) children[node.parent].push_back(node.seq);
  }
  // Newest first, because the stack hands out what was put on it last.
  for (auto& [parent, seqs] : children) std::sort(seqs.begin(), seqs.end(), std::greater<>());

  std::vector<storage::Seq> order;
  order.reserve(nodes.size());
  std::vector<storage::Seq> stack{root};
  while (!stack.empty()) {
    storage::Seq seq = stack.back();
    stack.pop_back();
    order.push_back(seq);
    auto found = children.find(seq);
    if (found == children.end()) continue;
    stack.insert(stack.end(), found->second.begin(), found->second.end());
  }
  return order;
}

}  // namespace confab::actors
