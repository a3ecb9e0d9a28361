#include "stages/cleanup/byte_repairs.h"

#include <algorithm>
#include <cstdint>

#include "pipeline/utf8.h"
#include "stages/cleanup/code_pages.h"

namespace owt::cleanup {
namespace {

constexpr uint8_t kSpace = 0x20;

// Bytes from a place on; 0, which no pattern takes, behind the end.
class Bytes {
 public:
  Bytes(std::string_view bytes, size_t at)
      : from_(reinterpret_cast<const uint8_t*>(bytes.data()) + at), size_(bytes.size() - at) {}

  uint8_t operator[](size_t i) const { return i < size_ ? from_[i] : uint8_t{0}; }

  bool StartWith(std::string_view text) const {
    return std::string_view(reinterpret_cast<const char*>(from_), size_).starts_with(text);
  }

 private:
  const uint8_t* from_;
  size_t size_;
};

bool In(uint8_t byte, uint8_t first, uint8_t last) { return byte >= first && byte <= last; }

bool IsTrail(uint8_t byte) { return In(byte, 0x80, 0xBF); }

// A byte that a sequence may have beside the lost A0. (85 is left out: an ellipsis before a space
// is often meant.)
bool IsTrailByA0(uint8_t byte) {
  return In(byte, 0x80, 0x84) || In(byte, 0x86, 0x9F) || In(byte, 0xA1, 0xBF);
}

// Length of the sequence with a 20 for an A0, or 0.
size_t AlteredLength(const Bytes& b) {
  switch (b[0]) {
    case 0xC2:
    case 0xC3:
    case 0xC5:
    case 0xCE:
    case 0xD0:
    case 0xD9:
      return b[1] == kSpace ? 2 : 0;
    case 0xE2:
    case 0xE3:
      if (b[1] == kSpace && IsTrailByA0(b[2])) return 3;
      [[fallthrough]];
    case 0xE0:
    case 0xE1:
      return IsTrailByA0(b[1]) && b[2] == kSpace ? 3 : 0;
    case 0xF0: {
      int spaces = 0;
      for (size_t i = 1; i < 4; ++i) {
        spaces += b[i] == kSpace;
        if (b[i] != kSpace && !IsTrail(b[i])) return 0;
      }
      return spaces == 1 ? 4 : 0;
    }
    default:
      return 0;
  }
}

// Whether the "C3 20" before `rest` is the word "a" with a grave accent, and not a word that begins
// with that letter in Portuguese, or one that another space follows.
bool IsGraveA(const Bytes& rest) {
  for (const std::string_view other : {" ", "quele", "quela", "quilo", "s "}) {
    if (rest.StartWith(other)) return false;
  }
  return true;
}

bool IsLost(uint8_t byte) { return byte == kSubstitute || byte == '?'; }

bool IsTrailOrLost(uint8_t byte) { return IsLost(byte) || IsTrail(byte); }

// Two surrogates in UTF-8 with at least one of their last bytes lost.
bool IsLossyPair(const Bytes& b) {
  return In(b[1], 0xA0, 0xAF) && b[3] == 0xED && In(b[4], 0xB0, 0xBF) && IsTrailOrLost(b[2]) &&
         IsTrailOrLost(b[5]) && (IsLost(b[2]) || IsLost(b[5]));
}

// Whether the `count` bytes behind a lead byte are trails, or 1A, but for one that is lost.
bool HasLostTrail(const Bytes& b, size_t count) {
  size_t question_marks = 0, substitutes = 0;
  for (size_t i = 1; i <= count; ++i) {
    if (b[i] == '?') {
      ++question_marks;
    } else if (b[i] == kSubstitute) {
      ++substitutes;
    } else if (!IsTrail(b[i])) {
      return false;
    }
  }
  return question_marks == 1 || (question_marks == 0 && substitutes > 0);
}

// Length of the sequence that lost a byte, or 0.
size_t LossyLength(const Bytes& b) {
  const uint8_t lead = b[0];
  if (lead == kSubstitute) return 1;
  if (In(lead, 0xC2, 0xDF)) {
    const bool lost = b[1] == kSubstitute || (lead <= 0xC3 && b[1] == '?');
    return lost ? 2 : 0;
  }
  if (lead == 0xED && IsLossyPair(b)) return 6;
  if (In(lead, 0xE0, 0xEF)) return HasLostTrail(b, 2) ? 3 : 0;
  if (In(lead, 0xF0, 0xF4)) return HasLostTrail(b, 3) ? 4 : 0;
  return 0;
}

bool Has(std::string_view bytes, uint8_t byte) {
  return bytes.find(static_cast<char>(byte)) != bytes.npos;
}

// A sequence in which a space stands for A0.
struct Altered {
  size_t begin = 0;
  size_t length = 0;  // 0: none
};

// The one at or behind `from` that has the space at bytes[space].
Altered AlteredAround(std::string_view bytes, size_t from, size_t space) {
  constexpr size_t kReach = 3;
  for (size_t i = std::max(from, space - std::min(space, kReach)); i < space; ++i) {
    const Bytes b(bytes, i);
    if (b[0] < 0xC2) continue;
    const size_t length = AlteredLength(b);
    if (i + length > space) return {i, length};
  }
  return {};
}

// Appends the character of a surrogate pair in UTF-8 (6 bytes).
void AppendPair(const Bytes& b, std::string* out) {
  AppendUtf8(0x10000 + (char32_t{b[1] & 0x0Fu} << 16) + (char32_t{b[2] & 0x3Fu} << 10) +
                 (char32_t{b[4] & 0x0Fu} << 6) + (b[5] & 0x3Fu),
             out);
}

}  // namespace

bool RestoreByteA0(std::string_view bytes, std::string* out) {
  std::string restored;
  size_t copied = 0;
  const auto next_space = [&](size_t from) { return bytes.find(static_cast<char>(kSpace), from); };
  for (size_t space = next_space(0); space != bytes.npos;) {
    const auto [begin, length] = AlteredAround(bytes, copied, space);
    if (length == 0) {
      space = next_space(space + 1);
      continue;
    }
    restored.append(bytes, copied, begin - copied);
    copied = begin + length;
    const Bytes b(bytes, begin);
    if (b[0] == 0xC3 && IsGraveA(Bytes(bytes, copied))) {
      restored += "\xC3\xA0 ";
    } else {
      for (size_t k = 0; k < length; ++k) {
        restored += static_cast<char>(b[k] == kSpace ? uint8_t{0xA0} : b[k]);
      }
    }
    space = next_space(copied);
  }
  if (copied == 0) return false;
  restored.append(bytes, copied);
  out->swap(restored);
  return true;
}

bool ReplaceLossySequences(std::string_view bytes, std::string* out) {
  if (!Has(bytes, kSubstitute) && !Has(bytes, '?')) return false;
  std::string replaced;
  size_t copied = 0;
  for (size_t i = 0; i < bytes.size();) {
    const size_t length = LossyLength(Bytes(bytes, i));
    if (length == 0) {
      ++i;
      continue;
    }
    replaced.append(bytes, copied, i - copied);
    replaced += "\xEF\xBF\xBD";
    i = copied = i + length;
  }
  if (copied == 0) return false;
  replaced.append(bytes, copied);
  out->swap(replaced);
  return true;
}

bool DecodeUtf8Variants(std::string_view bytes, bool final_line_feed, std::string* out) {
  out->clear();
  const auto is_final = [&](size_t i) {
    return final_line_feed && i + 1 == bytes.size() && bytes[i] == '\n';
  };
  for (size_t i = 0; i < bytes.size();) {
    const Bytes b(bytes, i);
    if (b[0] == 0xC0) {
      if (b[1] != 0x80 && !is_final(i + 1)) return false;
      out->push_back('\0');
      i += 2;
    } else if (b[0] == 0xED && In(b[1], 0xA0, 0xBF)) {
      const bool is_pair = In(b[1], 0xA0, 0xAF) && IsTrail(b[2]) && b[3] == 0xED &&
                           In(b[4], 0xB0, 0xBF) && (IsTrail(b[5]) || is_final(i + 5));
      if (!is_pair) return false;
      AppendPair(b, out);
      i += 6;
    } else {
      const Utf8Char c = DecodeUtf8(bytes, i);
      if (!c.valid) return false;
      out->append(bytes, i, c.length);
      i += c.length;
    }
  }
  return true;
}

}  // namespace owt::cleanup
