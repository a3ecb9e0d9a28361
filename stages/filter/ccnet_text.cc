#include "stages/filter/ccnet_text.h"

#include <unicode/bytestream.h>
#include <unicode/casemap.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <iterator>

#include "pipeline/error.h"
#include "pipeline/utf8.h"
#include "pipeline/white_space.h"
#include "stages/filter/ascii.h"
#include "stages/text/normalize.h"
#include "stages/text/url.h"

namespace owt::filter {
namespace {

struct CcnetMark {
  char32_t code_point;
  std::string_view ascii;
};

// UNICODE_PUNCT of cc_net's text_normalizer.py, in order. Its row of a full-width 1 is left out:
// digits are zeros before.
constexpr CcnetMark kMarks[] = {
    {0xAB, "\""},   {0xB4, "'"},    {0xBB, "\""},   {0x2013, "-"},  {0x2014, " - "},
    {0x2019, "'"},  {0x201C, "\""}, {0x201D, "\""}, {0x201E, "\""}, {0x2026, "..."},
    {0x2236, ":"},  {0x2501, "-"},  {0x25BA, "-"},  {0x3001, ","},  {0x3002, "."},
    {0x3008, "<"},  {0x3009, ">"},  {0x300A, "\""}, {0x300B, "\""}, {0x300C, "\""},
    {0x300D, "\""}, {0x3010, "["},  {0x3011, "]"},  {0xFF01, "!"},  {0xFF05, "%"},
    {0xFF08, "("},  {0xFF09, ")"},  {0xFF0C, ","},  {0xFF0E, ". "}, {0xFF1A, ":"},
    {0xFF1B, ";"},  {0xFF1F, "?"},  {0xFF5E, "~"},
};

void AppendAsciiLine(std::string_view line, std::string* out) {
  for (const char c : line) {
    if (c < ' ' || c == '\x7F') continue;
    if (c >= 'A' && c <= 'Z') {
      *out += static_cast<char>(c - 'A' + 'a');
    } else {
      *out += c >= '0' && c <= '9' ? '0' : c;
    }
  }
}

void AppendCcnetCharacter(char32_t code_point, std::string_view bytes, std::string* out) {
  if (code_point < 0x20 || (code_point >= 0x7F && code_point < 0xA0)) return;
  const auto c = static_cast<UChar32>(code_point);
  const int category = code_point < 0x80 ? int{U_OTHER_LETTER} : int{u_charType(c)};
  if (category == U_NON_SPACING_MARK) return;
  if (category == U_DECIMAL_DIGIT_NUMBER || (code_point >= '0' && code_point <= '9')) {
    *out += '0';
    return;
  }
  const auto* mark = std::lower_bound(
      std::begin(kMarks), std::end(kMarks), code_point,
      [](const CcnetMark& row, char32_t wanted) { return row.code_point < wanted; });
  const bool is_mark = mark != std::end(kMarks) && mark->code_point == code_point;
  *out += is_mark ? mark->ascii : bytes;
}

}  // namespace

void AppendCcnetLine(std::string_view line, std::string* scratch, std::string* out) {
  line = StripWhiteSpace(line);
  if (IsAscii(line)) return AppendAsciiLine(line, out);
  UErrorCode status = U_ZERO_ERROR;
  scratch->clear();
  icu::StringByteSink<std::string> sink(scratch, static_cast<int32_t>(line.size()));
  icu::CaseMap::utf8ToLower("", 0, {line.data(), static_cast<int32_t>(line.size())}, sink, nullptr,
                            status);
  if (U_FAILURE(status)) {
    throw Error(ErrorKind::kExternal, std::string("ICU cannot lower: ") + u_errorName(status));
  }
  std::string decomposed;
  std::string_view lowered = *scratch;
  if (text::Normalize(text::NormalForm::kNfd, lowered, &decomposed)) lowered = decomposed;
  for (size_t i = 0; i < lowered.size();) {
    const Utf8Char c = DecodeUtf8(lowered, i);
    AppendCcnetCharacter(c.code_point, lowered.substr(i, c.length), out);
    i += c.length;
  }
}

}  // namespace owt::filter
