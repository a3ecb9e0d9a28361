#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/gpt2_vocab.h"

namespace owt::trainer {

// What ends a text, looked at after each new token.
struct StopTokens {
  std::vector<uint32_t> tokens;                      // any of these
  std::vector<std::pair<uint32_t, uint32_t>> pairs;  // the second right behind the first

  // `ids` ends with the new token.
  bool Ends(std::span<const uint32_t> ids) const;
};

// A token that is not drawn right behind another.
struct ForbiddenPair {
  uint32_t first, second;
};

// Of a vocabulary: the tokens "\n", "\n\n" and ":". GPT-2's are 198, 628 and 25, which Megatron-LM
// has in its code; other vocabularies need not have the second.
struct LineTokens {
  explicit LineTokens(const formats::Gpt2Vocab& vocab);

  // For stop_on_eol and stop_on_double_eol.
  void AddEol(StopTokens* stop) const;
  void AddDoubleEol(StopTokens* stop) const;

  uint32_t newline, colon;
  std::vector<uint32_t> double_newline;  // one or none
};

// Finds the first of several stop strings in a text that comes in pieces, and holds back what may
// be the beginning of one. Of strings that begin at the same place any counts: the text is cut
// there.
class StopStrings {
 public:
  // Empty strings are left out.
  explicit StopStrings(std::vector<std::string> strings);

  // Appends to `out` what surely stands before any stop string. Returns whether one was found; then
  // the text has ended.
  bool Feed(std::string_view piece, std::string* out);

  // The text has ended: appends what was held back.
  void Finish(std::string* out);

 private:
  std::vector<std::string> strings_;
  std::string held_;
};

}  // namespace owt::trainer
