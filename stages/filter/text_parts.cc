#include "stages/filter/text_parts.h"

#include <array>
#include <bit>

#include "pipeline/utf8.h"
#include "pipeline/white_space.h"
#include "stages/filter/byte_masks.h"
#include "stages/filter/character_sets.h"
#include "stages/text/unicode_class.h"
#include "stages/text/url.h"

// Text in ASCII is cut 64 bytes at a time, from bit masks; the rest character by character.

namespace owt::filter {
namespace {

// What a byte of ASCII is, beside WordTraits; all bytes beyond ASCII need a look of their own.
constexpr uint8_t kIsWhite = 4;
constexpr uint8_t kBeyondAscii = 8;
constexpr uint8_t kEndsLine = 16;

constexpr std::array<uint8_t, 256> kByteTraits = [] {
  std::array<uint8_t, 256> table{};
  for (unsigned b = 0; b < 256; ++b) {
    const bool letter = (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z');
    const bool digit = b >= '0' && b <= '9';
    const bool white = (b >= 9 && b <= 13) || (b >= 0x1C && b <= 0x20);
    if (letter) table[b] = kHasLetter | kHasNonSymbol;
    if (digit) table[b] = kHasNonSymbol;
    if (white) table[b] = kIsWhite;
    if (b >= 10 && b <= 0x1E && white) table[b] |= kEndsLine;
    if (b >= 0x80) table[b] = kBeyondAscii;
  }
  return table;
}();

bool EndsLine(char32_t c) { return c == 0x85 || c == 0x2028 || c == 0x2029; }

uint32_t TraitsOf(char32_t c) {
  uint32_t traits = 0;
  if (text::ClassOf(c) == text::UnicodeClass::kLetter) traits |= kHasLetter;
  if (!IsSymbol(c)) traits |= kHasNonSymbol;
  return traits;
}

// All white space beyond ASCII begins with one of these bytes.
bool MayBeWhite(char first) {
  const auto b = static_cast<uint8_t>(first);
  return b == 0xC2 || (b >= 0xE1 && b <= 0xE3);
}

}  // namespace

void TextParts::EndLine(size_t end, size_t next, OpenLine* line, std::vector<Line>* lines) {
  lines->push_back({static_cast<uint32_t>(line->begin), static_cast<uint32_t>(end),
                    static_cast<uint32_t>(line->first_word), static_cast<uint32_t>(num_words_),
                    static_cast<uint32_t>(end - continued_ - line->first_char)});
  // The character between the lines may be of several bytes, of which all but one continue it.
  *line = {next, num_words_, end - continued_ + 1};
}

void TextParts::MakeRoom(size_t num_words) {
  if (words_.size() - num_words_ < num_words) words_.resize(2 * words_.size() + num_words);
}

void TextParts::AddWord(const Word& word) {
  if (keeps_words_) {
    MakeRoom(1);
    words_[num_words_] = word;
  }
  ++num_words_;
  sums_.letter_words += word.traits & kHasLetter;
  if ((word.traits & kHasNonSymbol) != 0) {
    ++sums_.non_symbol_words;
    sums_.non_symbol_chars += word.chars;
  }
}

// Adds the word that begins at `begin`; returns where it ends.
size_t TextParts::ReadWord(size_t begin) {
  const char* const data = text_.data();
  const size_t size = text_.size();
  size_t i = begin;
  size_t continued = 0;
  uint32_t traits = 0;
  while (i < size) {
    const uint8_t byte_traits = kByteTraits[static_cast<uint8_t>(data[i])];
    if ((byte_traits & (kIsWhite | kBeyondAscii)) == 0) {
      traits |= byte_traits;
      ++i;
      continue;
    }
    if ((byte_traits & kIsWhite) != 0) break;
    uint32_t length;
    const char32_t c = DecodeValid(data + i, &length);
    if (MayBeWhite(data[i]) && IsWhiteSpace(c)) break;
    traits |= TraitsOf(c);
    num_ellipses_ += c == 0x2026;
    i += length;
    continued += length - 1;
  }
  continued_ += continued;
  AddWord({static_cast<uint32_t>(begin), static_cast<uint32_t>(i),
           static_cast<uint32_t>(i - begin - continued), traits});
  return i;
}

// Steps over the white character at `at`; returns where it ends, or `at` if it is none.
size_t TextParts::ReadWhite(size_t at) {
  const auto byte = static_cast<uint8_t>(text_[at]);
  const uint8_t traits = kByteTraits[byte];
  if ((traits & kBeyondAscii) != 0) {
    if (!MayBeWhite(text_[at])) return at;
    uint32_t length;
    const char32_t c = DecodeValid(text_.data() + at, &length);
    if (!IsWhiteSpace(c)) return at;
    if (EndsLine(c)) EndLine(at, at + length, &split_line_, &split_lines_);
    continued_ += length - 1;
    return at + length;
  }
  if ((traits & kIsWhite) == 0) return at;
  if ((traits & kEndsLine) != 0) {
    if (byte == '\n' && at > 0 && text_[at - 1] == '\r') {
      split_line_ = {at + 1, num_words_, at + 1 - continued_};  // \r ended the line
    } else {
      EndLine(at, at + 1, &split_line_, &split_lines_);
    }
    if (byte == '\n') EndLine(at, at + 1, &line_, &lines_);
  }
  return at + 1;
}

// Cuts [begin, end), and to its end the word that is there.
size_t TextParts::CutSlowly(size_t begin, size_t end) {
  size_t i = begin;
  while (i < end) {
    const size_t behind_white = ReadWhite(i);
    i = behind_white != i ? behind_white : ReadWord(i);
  }
  return i;
}

// Adds the words of 64 bytes of ASCII that begin at `starts`, but for the first where one is open,
// and end at `ends`. num_words_ stays. Returns how many there are.
size_t TextParts::AddWords(size_t begin, const ByteMasks& masks, uint64_t starts, uint64_t ends,
                           const OpenWord& open) {
  // A word is a run of ones, and any more one added within it makes the sum carry to its end.
  const uint64_t inside = ~masks.white;
  const uint64_t letter_ends = inside + masks.letters;
  const uint64_t non_symbol_ends = inside + (masks.letters | masks.digits);
  MakeRoom(ByteMasks::kBytes);
  Word* to = words_.data() + num_words_;
  const auto base = static_cast<uint32_t>(begin);
  uint64_t chars = 0;
  const auto add = [&](uint32_t word_begin, unsigned end, uint32_t traits) {
    const uint32_t size = base + end - word_begin;
    *to++ = {word_begin, base + end, size, traits};
    chars += size & (0 - traits / kHasNonSymbol);
  };
  const auto traits_at = [&](unsigned end) {
    return static_cast<uint32_t>((letter_ends >> end & 1) | (non_symbol_ends >> end & 1) << 1);
  };
  if (open.is_open && ends != 0) {
    const auto end = static_cast<unsigned>(std::countr_zero(ends));
    const uint32_t traits = open.traits | traits_at(end);
    add(static_cast<uint32_t>(open.begin), end, traits);
    sums_.letter_words += traits & kHasLetter;
    sums_.non_symbol_words += traits / kHasNonSymbol;
    ends &= ends - 1;
  }
  sums_.letter_words += static_cast<uint64_t>(std::popcount(letter_ends & ends));
  sums_.non_symbol_words += static_cast<uint64_t>(std::popcount(non_symbol_ends & ends));
  for (; ends != 0; ends &= ends - 1, starts &= starts - 1) {
    const auto end = static_cast<unsigned>(std::countr_zero(ends));
    add(base + static_cast<uint32_t>(std::countr_zero(starts)), end, traits_at(end));
  }
  sums_.non_symbol_chars += chars;
  return static_cast<size_t>(to - (words_.data() + num_words_));
}

// Cuts the 64 bytes of ASCII from `begin` on. A word that is not at its end stays in *open.
void TextParts::CutBlock(size_t begin, const ByteMasks& masks, OpenWord* open) {
  const uint64_t inside = ~masks.white;
  const uint64_t before = inside << 1 | static_cast<uint64_t>(open->is_open);
  const uint64_t starts = inside & ~before;
  const uint64_t ends = masks.white & before;
  const size_t words_before = num_words_;
  const size_t words = keeps_words_ ? AddWords(begin, masks, starts, ends, *open)
                                    : static_cast<size_t>(std::popcount(ends));
  for (uint64_t breaks = masks.breaks; breaks != 0; breaks &= breaks - 1) {
    const uint64_t up_to_break = breaks ^ (breaks - 1);
    num_words_ = words_before + static_cast<size_t>(std::popcount(ends & up_to_break));
    ReadWhite(begin + static_cast<unsigned>(std::countr_zero(breaks)));
  }
  num_words_ = words_before + words;

  if (inside >> 63 == 0) {
    open->is_open = false;
    return;
  }
  const int rest_at = 64 - std::countl_zero(masks.white);  // what no white space ends
  const uint64_t rest = ~uint64_t{0} << rest_at;
  const uint32_t traits = ((masks.letters & rest) != 0 ? kHasLetter : 0u) |
                          (((masks.letters | masks.digits) & rest) != 0 ? kHasNonSymbol : 0u);
  if (rest_at == 0 && open->is_open) {
    open->traits |= traits;
  } else {
    *open = {true, begin + static_cast<size_t>(rest_at), traits};
  }
}

void TextParts::Cut(std::string_view text) {
  keeps_words_ = true;
  CutAll(text);
}

void TextParts::CutLines(std::string_view text) {
  keeps_words_ = false;
  CutAll(text);
}

void TextParts::CutAll(std::string_view text) {
  text_ = text;
  num_words_ = 0;
  lines_.clear();
  split_lines_.clear();
  line_ = split_line_ = {};
  continued_ = 0;
  sums_ = {};
  num_ellipses_ = 0;
  OpenWord open;
  size_t i = 0;
  while (i + ByteMasks::kBytes <= text.size()) {
    const ByteMasks masks = MasksOf(text.data() + i);
    if (masks.beyond == 0) {
      CutBlock(i, masks, &open);
      i += ByteMasks::kBytes;
      continue;
    }
    const size_t block_end = i + ByteMasks::kBytes;
    if (open.is_open) i = open.begin;  // once a word
    open.is_open = false;
    i = CutSlowly(i, block_end);
  }
  CutSlowly(open.is_open ? open.begin : i, text.size());
  if (split_line_.begin < text.size()) EndLine(text.size(), 0, &split_line_, &split_lines_);
  EndLine(text.size(), 0, &line_, &lines_);
  num_chars_ = text.size() - continued_;
}

Word TextParts::MeasuredWord(uint32_t begin, uint32_t end) const {
  Word word = {begin, end, 0, 0};
  for (uint32_t i = begin; i < end; ++word.chars) {
    uint32_t length;
    word.traits |= TraitsOf(DecodeValid(text_.data() + i, &length));
    i += length;
  }
  return word;
}

void TextParts::PartWords(std::span<const uint32_t> breaks) {
  parted_words_.assign(words().begin(), words().end());
  std::vector<uint32_t> first_parts;  // of each word, then the end
  first_parts.reserve(parted_words_.size() + 1);
  num_words_ = 0;
  sums_ = {};
  auto at = breaks.begin();
  for (const Word& word : parted_words_) {
    first_parts.push_back(static_cast<uint32_t>(num_words_));
    while (at != breaks.end() && *at <= word.begin) ++at;
    if (at == breaks.end() || *at >= word.end) {
      AddWord(word);
      continue;
    }
    uint32_t begin = word.begin;
    for (; at != breaks.end() && *at < word.end; ++at) {
      AddWord(MeasuredWord(begin, *at));
      begin = *at;
    }
    AddWord(MeasuredWord(begin, word.end));
  }
  first_parts.push_back(static_cast<uint32_t>(num_words_));
  for (std::vector<Line>* lines : {&lines_, &split_lines_}) {
    for (Line& line : *lines) {
      line.first_word = first_parts[line.first_word];
      line.end_word = first_parts[line.end_word];
    }
  }
}

std::string_view TextParts::Stripped() const {
  const std::span<const Word> all = words();
  if (all.empty()) return {};
  return text_.substr(all.front().begin, all.back().end - all.front().begin);
}

uint64_t TextParts::CharsOf(std::string_view part) const {
  return is_ascii() ? part.size() : CountCodePoints(part);
}

}  // namespace owt::filter
