#include "stages/langdetect/quad_cutter.h"

#include <algorithm>
#include <bit>

#include "stages/langdetect/gram_hash.h"
#include "stages/langdetect/span_masks.h"

// Where a group begins is known when the one before is read: at every step there is memory and a
// branch to wait for. In ASCII all words of 64 bytes are cut together, in bit masks, one group of
// each at a time. Elsewhere two words are cut by turns.

namespace owt::langdetect {
namespace {

// 1 for what the next group does not begin with: a space, an ASCII vowel.
constexpr std::array<uint8_t, 256> kSkipped = [] {
  std::array<uint8_t, 256> skipped = {};
  for (const char c : {' ', 'a', 'e', 'i', 'o', 'u'}) skipped[static_cast<size_t>(c)] = 1;
  return skipped;
}();

constexpr uint64_t kFiveBytes = 0xFFFFFFFFFF;

// What to do with the four bytes of a group, by where spaces stand: bit 0 for the byte before it,
// then bits for the five from its beginning on.
struct Around {
  uint32_t keep;  // bytes before the first space
  uint32_t add;   // kSpaceBefore, kSpaceBehind
};

constexpr std::array<Around, 64> kAround = [] {
  std::array<Around, 64> around = {};
  for (uint32_t bits = 0; bits < around.size(); ++bits) {
    const int letters = std::countr_zero(bits >> 1 | 32);
    around[bits].keep = letters >= 4 ? ~0U : (1U << 8 * letters) - 1;
    around[bits].add = ((bits & 1) != 0 ? kSpaceBefore : 0) | (letters <= 4 ? kSpaceBehind : 0);
  }
  return around;
}();

// Four ASCII letters or what is left of the word, `word` being the bytes from `at` on. Returns
// where the next group begins.
[[gnu::always_inline]] inline const char* AsciiQuad(const char* at, uint64_t word, uint32_t* hash) {
  constexpr std::array<uint32_t, 6> kMasks = {0, 0xFF, 0xFFFF, 0xFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF};
  const auto letters = static_cast<size_t>(
      std::countr_zero((Spaces(word) & kFiveBytes) | (uint64_t{1} << 40)) / 8);  // 5: five or more
  const uint32_t four = static_cast<uint32_t>(word) & kMasks[letters];
  const uint32_t around = (at[-1] == ' ' ? kSpaceBefore : 0) | (letters <= 4 ? kSpaceBehind : 0);
  *hash = letters == 0 ? 0 : four ^ (four >> 3) ^ around;
  const size_t within_word = 2 + size_t{kSkipped[static_cast<uint8_t>(word >> 16)]};
  return at + (letters <= 4 ? letters + 1 : within_word);
}

const char* AnyQuad(const char* at, uint32_t* hash) {
  const char* end = at + LetterBytes(at);
  end += LetterBytes(end);
  const char* const middle = end;
  end += LetterBytes(end);
  end += LetterBytes(end);
  *hash = QuadHash(at, static_cast<size_t>(end - at));
  if (*end == ' ') return end + 1;
  return middle + kSkipped[static_cast<uint8_t>(*middle)];
}

constexpr size_t kQuadsInBatch = 256;                // no more blocks when there are so many
constexpr size_t kMostInBlock = kMaskBytes / 2 + 1;  // groups begin two bytes apart at least
static_assert(kQuadsInBatch + kMostInBlock <= QuadCutter::kMostQuads);

constexpr ptrdiff_t kAhead = 96;  // bytes between two words that are cut by turns
constexpr int kWords64 = 4;       // looked through from there for its beginning
static_assert(kAhead + 8 * kWords64 <= QuadCutter::kMostQuads / 2);

}  // namespace

QuadCutter::QuadCutter(const char* text, int begin, int limit)
    : text_(text), at_(text + begin), end_(text + limit) {
  if (*at_ == ' ') ++at_;
}

std::span<const Quad> QuadCutter::Next() {
  size_ = 0;
  while (at_ < end_ && size_ < kQuadsInBatch) {
    if (!other_letters_ && CutBlock()) continue;
    if (!other_letters_) {
      CutOneByOne(at_ + odd_at_ + 1, kMostInBlock);
      continue;
    }
    if (size_ != 0) break;
    if (const char* const second = WordStartAhead()) {
      CutTwo(second);
    } else {
      CutOneByOne(end_, kQuadsInBatch);
    }
    other_letters_ = false;
    break;
  }
  at_ = std::min(at_, end_);
  quads_[size_].offset = static_cast<uint32_t>(at_ - text_);
  return {quads_.data(), size_};
}

// Cuts groups that begin in the next bytes, up to what is not words of ASCII with one space between
// them. False if there are none.
bool QuadCutter::CutBlock() {
  const uint64_t spaces = SpacesIn(at_);
  const uint64_t beyond = BeyondAsciiIn(at_);
  other_letters_ = (beyond & beyond >> 2 & beyond >> 4) != 0;
  const auto left = static_cast<uint64_t>(end_ - at_);
  uint64_t odd = beyond | (spaces & spaces >> 1) | (spaces & 1);
  if (left < kMaskBytes) odd |= uint64_t{1} << left;
  // What is known of a group are its four bytes, the one behind them and where the next one begins.
  constexpr int kKnown = 4;
  odd_at_ = std::min(std::countr_zero(odd), static_cast<int>(kMaskBytes) - 1);
  const int limit = odd_at_ - kKnown;
  if (limit <= 0) return false;
  const uint64_t here = (uint64_t{1} << limit) - 1;

  const uint64_t letters = ~spaces;
  const uint64_t two = letters & letters >> 1;
  const uint64_t goes_on = two & two >> 2 & letters >> 4 & here;  // five letters or more
  const uint64_t vowels = VowelsIn(at_);
  uint64_t starts = (letters & spaces << 1) | 1;
  for (uint64_t open = starts & goes_on; open != 0; open &= goes_on) {
    open = (open << 2 & ~vowels) | (open << 3 & vowels << 1);
    starts |= open;
  }
  const uint64_t next = starts & ~here;
  if (next == 0) return false;

  const uint64_t around = spaces << 1 | static_cast<uint64_t>(at_[-1] == ' ');
  const auto offset = static_cast<uint32_t>(at_ - text_);
  Quad* quad = quads_.data() + size_;
  for (uint64_t bits = starts & here; bits != 0; bits &= bits - 1) {
    const auto start = static_cast<unsigned>(std::countr_zero(bits));
    const Around& what = kAround[around >> start & 63];
    const uint32_t four = Load32(at_ + start) & what.keep;
    *quad = {four ^ (four >> 3) ^ what.add, offset + start};
    ++quad;
  }
  size_ = static_cast<size_t>(quad - quads_.data());
  at_ += std::countr_zero(next);
  return true;
}

// Cuts up to `most` groups that begin before `end`.
void QuadCutter::CutOneByOne(const char* end, size_t most) {
  for (; most > 0 && at_ < end; --most) at_ = Cut(at_, &quads_[size_++]);
}

// The start of a word some bytes on; null near the end and where there is none.
const char* QuadCutter::WordStartAhead() const {
  if (end_ - at_ <= 2 * kAhead) return nullptr;
  const char* at = at_ + kAhead;
  for (int i = 0; i < kWords64; ++i, at += 8) {
    const uint64_t spaces = Spaces(Load64(at));
    if (spaces != 0) return at + std::countr_zero(spaces) / 8 + 1;
  }
  return nullptr;
}

void QuadCutter::CutTwo(const char* second) {
  const char* const middle = second;
  size_t second_size = 0;
  while (at_ < middle && second < end_) {
    at_ = Cut(at_, &quads_[size_++]);
    second = Cut(second, &second_quads_[second_size++]);
  }
  while (at_ < middle) at_ = Cut(at_, &quads_[size_++]);
  std::copy_n(second_quads_.begin(), second_size, quads_.begin() + static_cast<ptrdiff_t>(size_));
  size_ += second_size;
  at_ = second;
}

const char* QuadCutter::Cut(const char* at, Quad* quad) const {
  quad->offset = static_cast<uint32_t>(at - text_);
  const uint64_t word = Load64(at);
  const bool ascii = (word & kFiveBytes & (kEveryByte << 7)) == 0;
  return ascii ? AsciiQuad(at, word, &quad->hash) : AnyQuad(at, &quad->hash);
}

}  // namespace owt::langdetect
