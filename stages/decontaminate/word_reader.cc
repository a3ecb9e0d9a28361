#include "stages/decontaminate/word_reader.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "pipeline/utf8.h"
#include "stages/decontaminate/lower_case.h"
#include "stages/decontaminate/word_masks.h"
#include "stages/text/unicode_class.h"

// Words of ASCII are found from bit masks, 64 bytes at a time, and hashed as they stand: OR 0x20
// makes letters small, leaves digits and makes _ a byte that stands for nothing else. From a
// character beyond ASCII on the text is read character by character, up to the next byte of ASCII
// that is no part of a word.

namespace owt::decontaminate {
namespace {

constexpr size_t kShortWord = 16;
constexpr uint64_t kToLower = 0x2020202020202020;

static_assert(std::endian::native == std::endian::little);  // LowBytes are those that stand first

uint64_t Load64(const char* bytes) {
  uint64_t value;
  std::memcpy(&value, bytes, sizeof(value));
  return value;
}

uint64_t LowBytes(size_t n) { return n >= 8 ? ~uint64_t{0} : (uint64_t{1} << 8 * n) - 1; }

// The two halves of the product, folded: wyhash's step.
uint64_t Mix(uint64_t a, uint64_t b) {
  const auto product =
      static_cast<unsigned __int128>(a ^ 0x9E3779B97F4A7C15u) * (b ^ 0xD1B54A32D192ED03u);
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

// REQUIRES: kShortWord readable bytes.
uint64_t HashShort(const char* bytes, size_t size) {
  const uint64_t low = (Load64(bytes) | kToLower) & LowBytes(size);
  const uint64_t high = (Load64(bytes + 8) | kToLower) & LowBytes(size < 8 ? 0 : size - 8);
  return Mix(low, Mix(high, size));
}

// REQUIRES: size > kShortWord.
uint64_t HashLong(const char* bytes, size_t size) {
  uint64_t hash = size;
  for (size_t i = 0; i + 8 < size; i += 8) hash = Mix(Load64(bytes + i) | kToLower, hash);
  return Mix(Load64(bytes + size - 8) | kToLower, hash);
}

uint64_t HashBytes(const char* bytes, size_t size) {
  if (size > kShortWord) return HashLong(bytes, size);
  char copy[kShortWord] = {};
  std::memcpy(copy, bytes, size);
  return HashShort(copy, size);
}

bool IsWordByte(uint8_t byte) {
  const auto lower = static_cast<uint8_t>(byte | 0x20);
  return (byte >= '0' && byte <= '9') || (lower >= 'a' && lower <= 'z') || byte == '_';
}

bool IsWordChar(char32_t c) {
  if (c < 0x80) return IsWordByte(static_cast<uint8_t>(c));
  const text::UnicodeClass kind = text::ClassOf(c);
  return kind == text::UnicodeClass::kLetter || kind == text::UnicodeClass::kNumber;
}

}  // namespace

void WordReader::Start(std::string_view text, size_t from) {
  text_ = text;
  from_ = at_ = from;
}

// Of a word in ASCII.
uint64_t WordReader::HashOf(size_t begin, size_t end) const {
  const bool is_safe = begin + kShortWord <= text_.size();
  return end - begin <= kShortWord && is_safe ? HashShort(text_.data() + begin, end - begin)
                                              : HashBytes(text_.data() + begin, end - begin);
}

Word WordReader::MakeWord(size_t begin, size_t end, bool is_ascii) {
  uint64_t hash;
  if (is_ascii) {
    hash = HashOf(begin, end);
  } else {
    lower_.clear();
    AppendLowerWord(text_, from_, begin, end, &lower_);
    hash = HashBytes(lower_.data(), lower_.size());
  }
  return {hash, static_cast<uint32_t>(begin), static_cast<uint32_t>(end)};
}

size_t WordReader::ReadSlowly(Word* words, size_t room) {
  size_t count = 0;
  size_t i = at_;
  while (i < text_.size() && count < room) {
    const Utf8Char first = DecodeUtf8(text_, i);
    if (!IsWordChar(first.code_point)) {
      if (first.code_point < 0x80) break;
      i += first.length;
      continue;
    }
    const size_t begin = i;
    bool is_ascii = true;
    while (i < text_.size()) {
      const Utf8Char c = DecodeUtf8(text_, i);
      if (!IsWordChar(c.code_point)) break;
      is_ascii &= c.length == 1;
      i += c.length;
      if (c.code_point == kDottedI) break;  // the dot above its small form ends the word
    }
    words[count++] = MakeWord(begin, i, is_ascii);
  }
  at_ = i;
  return count;
}

// Reads the words that end in the block at at_, and goes on to the first that does not.
size_t WordReader::ReadBlock(const WordMasks& masks, Word* words, size_t room) {
  const size_t base = at_;
  size_t count = 0;
  for (uint64_t rest = masks.word; rest != 0;) {
    const auto begin = static_cast<unsigned>(std::countr_zero(rest));
    const auto length = static_cast<unsigned>(std::countr_one(rest >> begin));
    const unsigned end = begin + length;
    const bool is_cut = end == WordMasks::kBytes && base + end < text_.size();
    if (is_cut && begin > 0) {
      at_ = base + begin;
      return count;
    }
    const uint64_t below_end = end == WordMasks::kBytes ? ~uint64_t{0} : (uint64_t{1} << end) - 1;
    if (is_cut || (masks.beyond & below_end) >> begin != 0) {
      at_ = base + begin;
      return count + ReadSlowly(words + count, room - count);
    }
    words[count++] = {HashOf(base + begin, base + end), static_cast<uint32_t>(base + begin),
                      static_cast<uint32_t>(base + end)};
    if (count == room) {
      at_ = base + end;
      return count;
    }
    rest &= ~below_end;
  }
  at_ = std::min(base + WordMasks::kBytes, text_.size());
  return count;
}

size_t WordReader::Read(Word* words, size_t room) {
  size_t count = 0;
  while (count < room && at_ < text_.size()) {
    const size_t left = text_.size() - at_;
    if (left >= WordMasks::kBytes) {
      count += ReadBlock(MasksOf(text_.data() + at_), words + count, room - count);
      continue;
    }
    std::array<char, WordMasks::kBytes> block{};
    std::memcpy(block.data(), text_.data() + at_, left);
    count += ReadBlock(MasksOf(block.data()), words + count, room - count);
  }
  return count;
}

}  // namespace owt::decontaminate
