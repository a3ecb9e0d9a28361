#include "stages/text/byte_classes.h"

#include "stages/text/unicode_class.h"

// A character of the class "other" needs no bits, so what is not valid UTF-8 can be stepped over
// byte by byte: its rest has no class of its own either.

namespace owt::text {
namespace {

constexpr uint64_t LowBits(unsigned count) {
  return count >= 64 ? ~uint64_t{0} : (uint64_t{1} << count) - 1;
}

struct WideChar {
  unsigned num_bytes;
  UnicodeClass value;
};

constexpr WideChar kOtherByte = {1, UnicodeClass::kOther};

// The character that begins at `at`, a byte of 80 or above; one byte of no class where it is not
// valid. Table 3-7 of the Unicode standard, told by the code point: too long forms give a small
// one, and the surrogates have no class.
inline WideChar Classify(const uint8_t* at, size_t left) {
  const auto follows = [&](size_t i) { return (at[i] & 0xC0) == 0x80; };
  const uint32_t first = at[0];
  if (first < 0xC2) return kOtherByte;
  if (first < 0xE0) {
    if (left < 2 || !follows(1)) return kOtherByte;
    return {2, ClassOf((first & 0x1F) << 6 | (at[1] & 0x3Fu))};
  }
  if (first < 0xF0) {
    if (left < 3 || !follows(1) || !follows(2)) return kOtherByte;
    const uint32_t c = (first & 0x0F) << 12 | (at[1] & 0x3Fu) << 6 | (at[2] & 0x3Fu);
    return c < 0x800 ? kOtherByte : WideChar{3, ClassOf(c)};
  }
  if (left < 4 || first > 0xF4 || !follows(1) || !follows(2) || !follows(3)) return kOtherByte;
  const uint32_t c =
      (first & 0x07) << 18 | (at[1] & 0x3Fu) << 12 | (at[2] & 0x3Fu) << 6 | (at[3] & 0x3Fu);
  return c < 0x10000 ? kOtherByte : WideChar{4, ClassOf(c)};
}

uint64_t Cuts(const char* block, const TextSpan& text, uint64_t leads) {
  const auto* begin = reinterpret_cast<const uint8_t*>(text.begin);
  const auto* end = reinterpret_cast<const uint8_t*>(text.end);
  const auto* bytes = reinterpret_cast<const uint8_t*>(block);
  if (block == text.begin) leads &= ~uint64_t{1};  // nothing is before it
  uint64_t cuts = 0;
  for (; leads != 0; leads &= leads - 1) {
    const uint64_t lead = leads & -leads;
    const int i = __builtin_ctzll(leads);
    cuts |= text.borders->MayJoin(begin, bytes + i, end) ? 0 : lead;
  }
  return cuts;
}

}  // namespace

void ClassifyBeyondAscii(const char* block, const LetterBytes& letters, const TextSpan& text,
                         StraddlingChar* straddling, ByteClasses* classes) {
  uint64_t of_class[4] = {0, classes->letter, classes->number, classes->white};
  of_class[straddling->value] |= LowBits(straddling->num_bytes);
  if (straddling->value == static_cast<unsigned>(UnicodeClass::kSpace)) {
    classes->inside_white = LowBits(straddling->num_bytes);
  }
  uint64_t unread = classes->beyond_ascii & ~LowBits(straddling->num_bytes);
  *straddling = {};
  const uint64_t of_two = letters.of_two & letters.inside >> 1;
  const uint64_t of_three = letters.of_three & letters.inside >> 1 & letters.inside >> 2;
  uint64_t leads = of_two | of_three;
  const uint64_t known = leads | leads << 1 | of_three << 2;
  of_class[static_cast<unsigned>(UnicodeClass::kLetter)] |= known;
  unread &= ~known;
  while (unread != 0) {
    const auto i = static_cast<unsigned>(__builtin_ctzll(unread));
    const auto* at = reinterpret_cast<const uint8_t*>(block) + i;
    const WideChar c = Classify(at, static_cast<size_t>(text.end - block) - i);
    const uint64_t bits = LowBits(c.num_bytes) << i;
    of_class[static_cast<unsigned>(c.value)] |= bits;
    unread &= ~bits;
    leads |= uint64_t{1} << i;
    if (c.value == UnicodeClass::kSpace) classes->inside_white |= bits & (bits << 1);
    if (i + c.num_bytes > ByteClasses::kBytes && c.value != UnicodeClass::kOther) {
      *straddling = {i + c.num_bytes - static_cast<unsigned>(ByteClasses::kBytes),
                     static_cast<unsigned>(c.value)};
    }
  }
  classes->letter = of_class[1];
  classes->number = of_class[2];
  classes->white = of_class[3];
  if (text.borders != nullptr) classes->cuts = Cuts(block, text, leads);
}

}  // namespace owt::text
