// Any texts of a task and any document: words, keys and matches are those of strings in a set
// (slow_ngrams.h), and what is kept of the document are stretches of it that hold no match. Up to
// the first byte 0 the bytes are the document, then come the task's texts, with a 0 between them.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/utf8.h"
#include "stages/decontaminate/cut_text.h"
#include "stages/decontaminate/megatron_cut.h"
#include "stages/decontaminate/ngram_search.h"
#include "tests/reference/slow_ngrams.h"

namespace {

using owt::decontaminate::CutRules;
using owt::decontaminate::CutText;
using owt::decontaminate::Match;
using owt::decontaminate::NgramKeys;
using owt::decontaminate::NgramSearch;
using owt::decontaminate::Span;
using owt::tests::SlowMatch;
using owt::tests::SlowNgrams;

void Check(bool is_right) {
  if (!is_right) abort();
}

SlowMatch NamedMatch(const NgramKeys& keys, const Match& match) {
  return {std::string(keys.TextOf(match.key)), match.begin, match.end};
}

bool StartsChar(std::string_view text, size_t at) {
  return at == text.size() || (static_cast<uint8_t>(text[at]) & 0xC0) != 0x80;
}

void CheckPieces(std::string_view text, const CutText& cut) {
  size_t before = 0;
  for (const Span& piece : cut.pieces) {
    Check(before <= piece.begin && piece.begin <= piece.end && piece.end <= text.size());
    Check(StartsChar(text, piece.begin) && StartsChar(text, piece.end));
    before = piece.end;
  }
}

void CheckExact(std::string_view text, const NgramKeys& keys, const SlowNgrams& slow,
                NgramSearch* search) {
  std::vector<Match> matches;
  search->FindAll(text, &matches);
  const std::vector<SlowMatch> expected = slow.All(text);
  Check(matches.size() == expected.size());
  for (size_t i = 0; i < matches.size(); ++i) Check(NamedMatch(keys, matches[i]) == expected[i]);
  CutText cut;
  CutMatches(text, matches, {.margin = 3, .min_piece_chars = 1}, &cut);
  CheckPieces(text, cut);
  for (const Span& piece : cut.pieces) {
    for (const Match& match : matches) Check(match.end <= piece.begin || match.begin >= piece.end);
  }
}

void CheckMegatron(std::string_view text, const NgramKeys& keys, const SlowNgrams& slow,
                   NgramSearch* search) {
  for (size_t from = 0; from < text.size(); from += 1 + text.size() / 4) {
    if (!StartsChar(text, from)) continue;
    const auto match = search->FindFirst(text, from);
    const auto expected = slow.First(text, from);
    Check(match.has_value() == expected.has_value());
    if (match) Check(NamedMatch(keys, *match) == *expected);
  }
  CutText cut;
  MegatronCut(text, {.margin = 3, .min_piece_chars = 1}, search, keys, &cut);
  CheckPieces(text, cut);
  std::vector<uint32_t> counted;
  MegatronCount(text, search, keys, &counted);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 4096) return 0;  // the slow search is
  const std::string all = owt::ReplaceInvalidUtf8({reinterpret_cast<const char*>(data), size});
  const std::string_view text = std::string_view(all).substr(0, all.find('\0'));
  NgramKeys keys({2, 4});
  SlowNgrams slow(2, 4);
  for (size_t at = text.size(); at < all.size();) {
    const size_t end = std::min(all.find('\0', at + 1), all.size());
    const std::string_view task = std::string_view(all).substr(at + 1, end - at - 1);
    keys.AddText(task, 0);
    slow.AddText(task);
    at = end;
  }
  keys.Index();
  Check(keys.size() == slow.size());
  NgramSearch search(keys);
  CheckExact(text, keys, slow, &search);
  CheckMegatron(text, keys, slow, &search);
  return 0;
}
