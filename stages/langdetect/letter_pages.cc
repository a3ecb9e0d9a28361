#include "stages/langdetect/letter_pages.h"

#include <memory>
#include <string>
#include <string_view>

#include "pipeline/error.h"
#include "pipeline/utf8.h"
#include "stages/langdetect/cld2_library.h"

namespace owt::langdetect {

std::array<std::atomic<const LetterPage*>, 0x1100> letter_pages;

namespace {

bool IsSurrogate(char32_t c) { return c >= 0xD800 && c <= 0xDFFF; }

uint8_t HanPlace(const std::string& utf8) {
  const auto* at = reinterpret_cast<const CLD2::uint8*>(utf8.data());
  int bytes = static_cast<int>(utf8.size());
  return CLD2::UTF8GenericPropertyBigOneByte(&CLD2::cld_generated_CjkUni_obj, &at, &bytes);
}

// The library makes a whole text small: letters with a space after each.
std::string LoweredByCld2(std::string letters) {
  const size_t bytes = letters.size();
  letters += std::string_view("   \0", 4);  // as it expects at the end
  CLD2::ScriptScanner scanner("", 0, true);
  CLD2::LangSpan span = {};
  span.text = letters.data();
  span.text_bytes = static_cast<int>(bytes);
  scanner.LowerScriptSpan(&span);
  return {span.text, static_cast<size_t>(span.text_bytes)};
}

void SetLower(std::string_view utf8, Letter* letter) {
  if (utf8.empty() || utf8.size() > sizeof(letter->lower)) {
    throw Error(ErrorKind::kInternal, "the lower case of a letter in libcld2 has no 1 to 4 bytes");
  }
  letter->lower_bytes = static_cast<uint8_t>(utf8.size());
  for (size_t i = utf8.size(); i-- > 0;) {
    letter->lower = letter->lower << 8 | static_cast<uint8_t>(utf8[i]);
  }
}

std::unique_ptr<LetterPage> MakePage(size_t number) {
  auto page = std::make_unique<LetterPage>();
  std::string all_letters;
  for (size_t i = 0; i < page->size(); ++i) {
    const auto c = static_cast<char32_t>(number * page->size() + i);
    if (IsSurrogate(c)) continue;
    std::string utf8;
    AppendUtf8(c, &utf8);
    Letter& letter = (*page)[i];
    letter.script = static_cast<uint8_t>(CLD2::GetUTF8LetterScriptNum(utf8.c_str()));
    letter.han = HanPlace(utf8);
    if (letter.script != 0) all_letters += utf8 + ' ';
  }
  const std::string lowered = LoweredByCld2(std::move(all_letters));
  size_t begin = 0;
  for (Letter& letter : *page) {
    if (letter.script == 0) continue;
    const size_t end = lowered.find(' ', begin);
    SetLower(std::string_view(lowered).substr(begin, end - begin), &letter);
    begin = end + 1;
  }
  return page;
}

}  // namespace

const LetterPage& FetchLetterPage(size_t number) {
  std::unique_ptr<LetterPage> page = MakePage(number);
  const LetterPage* other = nullptr;
  if (!letter_pages[number].compare_exchange_strong(other, page.get())) return *other;
  return *page.release();
}

}  // namespace owt::langdetect
