#include "stages/dedup/folded_chars.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>

#include <array>
#include <cstring>
#include <string>

#include "pipeline/error.h"
#include "pipeline/utf8.h"

namespace owt::dedup {
namespace {

bool IsWrittenWithoutSpaces(char32_t c) {
  struct Range {
    char32_t first, last;
  };

  static constexpr Range kRanges[] = {
      {0x0E00, 0x0EFF},    // Thai, Lao
      {0x1000, 0x109F},    // Myanmar
      {0x1780, 0x17FF},    // Khmer
      {0x2E80, 0x2FDF},    // radicals
      {0x3005, 0x3007},    // iteration mark, closing mark, zero
      {0x3040, 0x30FF},    // Hiragana, Katakana
      {0x31F0, 0x31FF},    // Katakana extensions
      {0x3400, 0x4DBF},    // Han
      {0x4E00, 0x9FFF},    // Han
      {0xF900, 0xFAFF},    // Han, compatibility
      {0x20000, 0x3FFFF},  // Han, further planes
  };
  for (const Range& range : kRanges) {
    if (c >= range.first && c <= range.last) return true;
  }
  return false;
}

const UNormalizer2* NfdOfIcu() {
  UErrorCode status = U_ZERO_ERROR;
  const UNormalizer2* nfd = unorm2_getNFDInstance(&status);
  if (U_FAILURE(status)) {
    throw Error(ErrorKind::kExternal, std::string("ICU has no NFD data: ") + u_errorName(status));
  }
  return nfd;
}

// Of a character that does not decompose.
void AddPart(UChar32 c, std::vector<FoldedChars::Part>* parts) {
  const uint32_t mask = U_GET_GC_MASK(c);
  if ((mask & U_GC_MN_MASK) != 0) return;
  FoldedChars::Part part;
  if ((mask & (U_GC_L_MASK | U_GC_N_MASK | U_GC_MC_MASK)) == 0) {
    part.separates = true;
    if (parts->empty() || !parts->back().separates) parts->push_back(part);
    return;
  }
  part.is_alone = IsWrittenWithoutSpaces(static_cast<char32_t>(c));
  std::string bytes;
  AppendUtf8(static_cast<char32_t>(u_foldCase(c, U_FOLD_CASE_DEFAULT)), &bytes);
  const bool joins = !parts->empty() && !part.is_alone && !parts->back().separates &&
                     !parts->back().is_alone &&
                     parts->back().size + bytes.size() <= sizeof(part.bytes);
  if (!joins) parts->push_back(part);
  FoldedChars::Part& last = parts->back();
  std::memcpy(last.bytes + last.size, bytes.data(), bytes.size());
  last.size = static_cast<uint8_t>(last.size + bytes.size());
}

}  // namespace

void FoldedChars::Parts(char32_t code_point, std::vector<Part>* parts) {
  static const UNormalizer2* const nfd = NfdOfIcu();
  parts->clear();
  const auto c = static_cast<UChar32>(code_point);
  std::array<UChar, 32> decomposed;
  UErrorCode status = U_ZERO_ERROR;
  const int32_t length =
      unorm2_getDecomposition(nfd, c, decomposed.data(), decomposed.size(), &status);
  if (length < 0 || U_FAILURE(status)) return AddPart(c, parts);
  for (int32_t i = 0; i < length;) {
    UChar32 part;
    U16_NEXT(decomposed.data(), i, length, part);
    AddPart(part, parts);
  }
}

FoldedChars::FoldedChars() : parts_(kRemembered) {
  std::vector<Part> parts;
  for (char32_t c = 0; c < kRemembered; ++c) {
    Parts(c, &parts);
    if (parts.size() == 1) parts_[c] = parts[0];
    if (parts.size() > 1) parts_[c].size = kMany;
  }
}

const FoldedChars& FoldedChars::Get() {
  static const FoldedChars chars;
  return chars;
}

}  // namespace owt::dedup
