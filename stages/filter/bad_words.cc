#include "stages/filter/bad_words.h"

#include <unicode/bytestream.h>
#include <unicode/casemap.h>

#include <algorithm>
#include <utility>

#include "pipeline/error.h"
#include "stages/filter/ascii.h"
#include "stages/filter/character_sets.h"
#include "stages/text/unicode_class.h"

namespace owt::filter {
namespace {

// Python's \w.
bool IsWordChar(char32_t c) {
  const text::UnicodeClass kind = text::ClassOf(c);
  return kind == text::UnicodeClass::kLetter || kind == text::UnicodeClass::kNumber || c == '_';
}

}  // namespace

void LowerText(std::string_view text, std::string* out) {
  out->clear();
  if (IsAscii(text)) {
    out->resize(text.size());
    std::transform(text.begin(), text.end(), out->begin(), [](char c) {
      return static_cast<char>(c + (c >= 'A' && c <= 'Z' ? 'a' - 'A' : 0));
    });
    return;
  }
  UErrorCode status = U_ZERO_ERROR;
  icu::StringByteSink<std::string> sink(out);
  icu::CaseMap::utf8ToLower("", 0, {text.data(), static_cast<int32_t>(text.size())}, sink, nullptr,
                            status);
  if (U_FAILURE(status)) throw Error(ErrorKind::kInternal, "ICU cannot lower a text");
}

BadWords::BadWords(std::vector<std::string> words, bool anywhere)
    : trie_(std::move(words)), anywhere_(anywhere) {}

bool BadWords::FoundIn(std::string_view text, std::string* scratch) const {
  LowerText(text, scratch);
  const std::string_view lower = *scratch;
  bool may_begin = true;
  for (size_t i = 0; i < lower.size();) {
    const auto ends_well = [&](size_t length) {
      if (anywhere_ || i + length == lower.size()) return true;
      uint32_t next_length;
      return !IsWordChar(DecodeValid(lower.data() + i + length, &next_length));
    };
    if (may_begin && trie_.AnyPrefix(lower.substr(i), ends_well)) return true;
    uint32_t length;
    may_begin = !IsWordChar(DecodeValid(lower.data() + i, &length)) || anywhere_;
    i += length;
  }
  return false;
}

}  // namespace owt::filter
