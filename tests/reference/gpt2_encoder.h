#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/gpt2_vocab.h"

namespace owt::reference {

// The pieces of GPT-2's pattern, found as a backtracking regular expression engine does: at each
// position the alternatives one after the other, each written out on classified characters.
std::vector<std::string> Pieces(std::string_view text);

// GPT-2's encoder in its most obvious form: while any adjacent pair of a piece is in the merges,
// merge the pair of the lowest rank at its leftmost place, looking at every pair every time.
// Quadratic in the piece.
class Gpt2Encoder {
 public:
  explicit Gpt2Encoder(const formats::Gpt2Vocab& vocab);

  std::vector<uint32_t> EncodePiece(std::string_view piece) const;
  std::vector<uint32_t> Encode(std::string_view text) const;

 private:
  const formats::Gpt2Vocab& vocab_;
  std::map<std::pair<uint32_t, uint32_t>, uint32_t> ranks_;
};

}  // namespace owt::reference
