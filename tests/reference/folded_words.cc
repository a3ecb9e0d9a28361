#include "tests/reference/folded_words.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>

#include <array>

#include "pipeline/utf8.h"

namespace owt::reference {
namespace {

bool IsAWordByItself(UChar32 c) {
  return (c >= 0x0E00 && c <= 0x0EFF) || (c >= 0x1000 && c <= 0x109F) ||
         (c >= 0x1780 && c <= 0x17FF) || (c >= 0x2E80 && c <= 0x2FDF) ||
         (c >= 0x3005 && c <= 0x3007) || (c >= 0x3040 && c <= 0x30FF) ||
         (c >= 0x31F0 && c <= 0x31FF) || (c >= 0x3400 && c <= 0x4DBF) ||
         (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) ||
         (c >= 0x20000 && c <= 0x3FFFF);
}

std::vector<UChar32> Decomposed(UChar32 c) {
  UErrorCode status = U_ZERO_ERROR;
  std::array<UChar, 32> units;
  const int32_t size =
      unorm2_getDecomposition(unorm2_getNFDInstance(&status), c, units.data(), 32, &status);
  if (size < 0) return {c};
  std::vector<UChar32> parts;
  for (int32_t i = 0; i < size;) {
    UChar32 part;
    U16_NEXT(units.data(), i, size, part);
    parts.push_back(part);
  }
  return parts;
}

}  // namespace

std::vector<std::string> FoldedWords(std::string_view text) {
  std::vector<std::string> words(1);
  const auto end_word = [&] {
    if (!words.back().empty()) words.emplace_back();
  };
  for (size_t i = 0; i < text.size();) {
    const Utf8Char decoded = DecodeUtf8(text, i);
    i += decoded.length;
    if (!decoded.valid) {
      end_word();
      continue;
    }
    for (const UChar32 c : Decomposed(static_cast<UChar32>(decoded.code_point))) {
      const uint32_t mask = U_GET_GC_MASK(c);
      if ((mask & U_GC_MN_MASK) != 0) continue;
      const bool is_word = (mask & (U_GC_L_MASK | U_GC_N_MASK | U_GC_MC_MASK)) != 0;
      if (!is_word || IsAWordByItself(c)) end_word();
      if (!is_word) continue;
      AppendUtf8(static_cast<char32_t>(u_foldCase(c, U_FOLD_CASE_DEFAULT)), &words.back());
      if (IsAWordByItself(c)) end_word();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

}  // namespace owt::reference
