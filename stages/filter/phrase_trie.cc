#include "stages/filter/phrase_trie.h"

#include <algorithm>

namespace owt::filter {

PhraseTrie::PhraseTrie(std::vector<std::string> phrases) {
  std::sort(phrases.begin(), phrases.end());
  phrases.erase(std::unique(phrases.begin(), phrases.end()), phrases.end());
  if (!phrases.empty() && phrases.front().empty()) phrases.erase(phrases.begin());
  for (const std::string& phrase : phrases) begins_[static_cast<uint8_t>(phrase[0])] = true;

  // Level by level: the phrases [begin, end) are those that reach a node.
  struct Reached {
    uint32_t node;
    size_t begin, end;
  };

  nodes_.emplace_back();
  std::vector<Reached> level = {{0, 0, phrases.size()}};
  for (size_t depth = 0; !level.empty(); ++depth) {
    std::vector<Reached> next;
    for (Reached reached : level) {
      nodes_[reached.node].first_edge = static_cast<uint32_t>(edges_.size());
      if (reached.begin < reached.end && phrases[reached.begin].size() == depth) {
        nodes_[reached.node].is_end = true;
        ++reached.begin;  // shorter ones are sorted first
      }
      while (reached.begin < reached.end) {
        const char byte = phrases[reached.begin][depth];
        size_t end = reached.begin;
        while (end < reached.end && phrases[end][depth] == byte) ++end;
        const auto node = static_cast<uint32_t>(nodes_.size());
        nodes_.emplace_back();
        edges_.push_back({byte, node});
        ++nodes_[reached.node].num_edges;
        next.push_back({node, reached.begin, end});
        reached.begin = end;
      }
    }
    level = std::move(next);
  }
}

}  // namespace owt::filter
