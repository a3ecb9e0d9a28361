#include "trainer/evaluate/detokenize.h"

#include <span>

#include "pipeline/white_space.h"

namespace owt::trainer {
namespace {

struct Replacement {
  std::string_view from, to;
};

// Contractions, separators in numbers, punctuation.
constexpr Replacement kWordsAndMarks[] = {
    {" @-@ ", "-"}, {" @,@ ", ","}, {" @.@ ", "."}, {" : ", ": "}, {" ; ", "; "},
    {" . ", ". "},  {" ! ", "! "},  {" ? ", "? "},  {" , ", ", "},
};

// Marks of headings, degrees, ends of lines, numbers that were masked.
constexpr Replacement kTheRest[] = {
    {"= = = =", "===="}, {"= = =", "==="}, {"= =", "=="},  {" \u00B0 ", "\u00B0"},
    {" \n", "\n"},       {"\n ", "\n"},    {" N ", " 1 "}, {" 's", "'s"},
};

constexpr Replacement kPtb[] = {
    {" '", "'"},   {" \n", "\n"}, {"\n ", "\n"}, {" n't", "n't"},
    {" N ", "1 "}, {"$ 1", "$1"}, {"# 1", "#1"},
};

void ReplaceAll(std::string_view from, std::string_view to, std::string* text) {
  size_t found = text->find(from);
  if (found == std::string::npos) return;
  std::string out;
  out.reserve(text->size());
  size_t done = 0;
  for (; found != std::string::npos; found = text->find(from, done)) {
    out.append(*text, done, found - done).append(to);
    done = found + from.size();
  }
  out.append(*text, done);
  *text = std::move(out);
}

void ReplaceAll(std::span<const Replacement> replacements, std::string* text) {
  for (const Replacement& replacement : replacements) {
    ReplaceAll(replacement.from, replacement.to, text);
  }
}

// "/' 7/" becomes "/'[0-9]/", in these letters: in the reference, slashes that were meant to
// delimit the pattern are part of it, and a class of characters stands where a group was meant.
void ReplaceSlashedDigits(std::string* text) {
  constexpr std::string_view kBegin = "/' ";
  size_t done = 0;
  while (true) {
    const size_t found = text->find(kBegin, done);
    if (found == std::string::npos || found + 5 > text->size()) return;
    const char digit = (*text)[found + 3];
    if (digit >= '0' && digit <= '9' && (*text)[found + 4] == '/') {
      text->replace(found, 5, "/'[0-9]/");
      done = found + 8;
    } else {
      done = found + 1;
    }
  }
}

// No white space inside of `open` and the next `close` behind it.
void TrimInside(char open, char close, std::string* text) {
  const std::string_view in = *text;
  std::string out;
  out.reserve(in.size());
  size_t done = 0;
  while (true) {
    const size_t begin = in.find(open, done);
    if (begin == std::string_view::npos) break;
    const size_t end = in.find(close, begin + 1);
    if (end == std::string_view::npos) break;
    out.append(in.substr(done, begin + 1 - done));
    out.append(StripWhiteSpace(in.substr(begin + 1, end - begin - 1)));
    out.push_back(close);
    done = end + 1;
  }
  out.append(in.substr(done));
  *text = std::move(out);
}

}  // namespace

std::string Detokenize(Detokenizer detokenizer, std::string_view text) {
  std::string out(text);
  if (detokenizer == Detokenizer::kPtb) ReplaceAll(kPtb, &out);
  if (detokenizer != Detokenizer::kWikitext) return out;
  ReplaceAll("s '", "s'", &out);
  ReplaceSlashedDigits(&out);
  ReplaceAll(kWordsAndMarks, &out);
  TrimInside('(', ')', &out);
  TrimInside('[', ']', &out);
  TrimInside('{', '}', &out);
  TrimInside('"', '"', &out);
  TrimInside('\'', '\'', &out);
  ReplaceAll(kTheRest, &out);
  return out;
}

}  // namespace owt::trainer
