#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace owt::filter {

// Phrases, to be found where they begin in a text. Immutable, safe to share between threads.
class PhraseTrie {
 public:
  // Empty phrases are left out.
  explicit PhraseTrie(std::vector<std::string> phrases = {});

  bool empty() const { return nodes_[0].num_edges == 0; }

  // True as soon as `accept(length)` is, which is asked for each phrase that `text` begins with,
  // the shortest first. Costs at most the length of the longest phrase.
  template <class Accept>
  bool AnyPrefix(std::string_view text, Accept accept) const {
    if (text.empty() || !begins_[static_cast<uint8_t>(text[0])]) return false;
    uint32_t node = 0;
    for (size_t i = 0; i < text.size(); ++i) {
      node = Next(node, text[i]);
      if (node == 0) return false;
      if (nodes_[node].is_end && accept(i + 1)) return true;
    }
    return false;
  }

 private:
  struct Edge {
    char byte;
    uint32_t node;
  };

  struct Node {
    uint32_t first_edge = 0;
    uint16_t num_edges = 0;
    bool is_end = false;
  };

  // 0 for none.
  uint32_t Next(uint32_t node, char byte) const {
    const Edge* edge = edges_.data() + nodes_[node].first_edge;
    for (const Edge* last = edge + nodes_[node].num_edges; edge != last; ++edge) {
      if (edge->byte == byte) return edge->node;
    }
    return 0;
  }

  std::vector<Node> nodes_;
  std::vector<Edge> edges_;
  std::array<bool, 256> begins_{};
};

}  // namespace owt::filter
