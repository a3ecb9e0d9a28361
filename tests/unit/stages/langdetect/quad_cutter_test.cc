#include "stages/langdetect/quad_cutter.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "stages/langdetect/gram_hash.h"

namespace owt::langdetect {
namespace {

using Cuts = std::vector<std::pair<uint32_t, uint32_t>>;  // hash and offset, then 0 and the end

bool IsSkipped(char c) { return std::string_view(" aeiou").find(c) != std::string_view::npos; }

// One group after the other, as CLD2 cuts them.
Cuts CutSlowly(const std::string& text, size_t begin, size_t limit) {
  Cuts cuts;
  size_t at = begin;
  if (text[at] == ' ') ++at;
  while (at < limit) {
    size_t end = at;
    size_t middle = at;
    for (int i = 0; i < 4; ++i) {
      end += LetterBytes(&text[end]);
      if (i == 1) middle = end;
    }
    cuts.emplace_back(QuadHash(&text[at], end - at), at);
    at = text[end] == ' ' ? end + 1 : middle + (IsSkipped(text[middle]) ? 1 : 0);
  }
  cuts.emplace_back(0, std::min(at, limit));
  return cuts;
}

Cuts CutByBatches(const std::string& text, size_t begin, size_t limit) {
  QuadCutter cutter(text.data(), static_cast<int>(begin), static_cast<int>(limit));
  Cuts cuts;
  while (true) {
    const std::span<const Quad> quads = cutter.Next();
    for (const Quad& quad : quads) cuts.emplace_back(quad.hash, quad.offset);
    if (!quads.empty()) continue;
    cuts.emplace_back(0, quads.data()->offset);
    return cuts;
  }
}

// A span's letters with what is behind them.
void ExpectEqualCuts(std::string text) {
  const size_t limit = text.size();
  text += std::string("   \0", 4) + std::string(64, 'e');
  ASSERT_EQ(CutByBatches(text, 1, limit), CutSlowly(text, 1, limit)) << text;
}

TEST(QuadCutter, CutsAsOneByOne) {
  std::mt19937 random(1);
  const auto below = [&](size_t n) { return random() % n; };
  for (int round = 0; round < 3000; ++round) {
    const size_t size = below(round % 10 == 0 ? 3000 : 200);
    const size_t longest = 1 + below(20);
    const size_t others = below(4) == 0 ? 1 + below(60) : 0;  // one in so many letters
    std::string text = " ";
    while (text.size() < size) {
      for (size_t letters = 1 + below(longest); letters > 0; --letters) {
        if (others == 0 || below(others) != 0) {
          text += static_cast<char>('a' + below(26));
          continue;
        }
        text += std::vector<std::string>{"\u00E9", "\u0444", "\u20AC", "\U0001F600"}[below(4)];
      }
      text += below(50) == 0 ? "  " : " ";
    }
    ExpectEqualCuts(text);
  }
}

TEST(QuadCutter, OddSpans) {
  for (const char* text :
       {" ", "  ", " a ", " a  b ", "  a", " aeiou aeiou ", " abc", " \u0444 "}) {
    ExpectEqualCuts(text);
  }
  ExpectEqualCuts(' ' + std::string(1000, 'a') + ' ');
  ExpectEqualCuts(' ' + std::string(1000, 'b'));
  ExpectEqualCuts(std::string(1000, ' '));
}

}  // namespace
}  // namespace owt::langdetect
