#include "stages/dedup/datatrove_text.h"

#include <unicode/ucasemap.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <iterator>
#include <memory>

#include "pipeline/error.h"
#include "pipeline/utf8.h"
#include "stages/text/normalize.h"

namespace owt::dedup {
namespace {

[[noreturn]] void FailInIcu(UErrorCode status) {
  throw Error(ErrorKind::kExternal, std::string("ICU cannot lower a text: ") + u_errorName(status));
}

// Python's str.lower: the full mappings, with the sigma that ends a word.
std::string Lower(std::string_view text) {
  struct Close {
    void operator()(UCaseMap* map) const { ucasemap_close(map); }
  };

  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UCaseMap, Close> map(ucasemap_open("", 0, &status));
  if (U_FAILURE(status)) FailInIcu(status);
  std::string lower(text.size() + text.size() / 8 + 16, '\0');
  while (true) {
    status = U_ZERO_ERROR;
    const int32_t size =
        ucasemap_utf8ToLower(map.get(), lower.data(), static_cast<int32_t>(lower.size()),
                             text.data(), static_cast<int32_t>(text.size()), &status);
    const bool is_too_long = status == U_BUFFER_OVERFLOW_ERROR;
    if (U_FAILURE(status) && !is_too_long) FailInIcu(status);
    lower.resize(static_cast<size_t>(size));
    if (!is_too_long) return lower;
  }
}

bool IsDigit(char32_t c) { return u_charType(static_cast<UChar32>(c)) == U_DECIMAL_DIGIT_NUMBER; }

// Between the digits of a number, once.
bool IsDecimalSign(char32_t c) {
  return c == '.' || c == ',' || c == 0x060C || c == 0x066B || (c >= 0x2396 && c <= 0x2398);
}

// Python's white space, and datatrove's punctuation with its controls.
bool IsSpaceOrPunctuation(char32_t c) {
  static constexpr char32_t kBeyondAscii[] = {
      0xAB,   0xB4,   0xBB,   0x1680, 0x2013, 0x2014, 0x2019, 0x201C, 0x201D, 0x201E,
      0x2026, 0x2028, 0x2029, 0x202F, 0x205F, 0x2236, 0x2501, 0x25BA, 0x3000, 0x3001,
      0x3002, 0x3008, 0x3009, 0x300A, 0x300B, 0x300C, 0x300D, 0x3010, 0x3011, 0xFF01,
      0xFF05, 0xFF08, 0xFF09, 0xFF0C, 0xFF0E, 0xFF1A, 0xFF1B, 0xFF1F, 0xFF5E};
  if (c < 0x80) {
    return !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'));
  }
  if (c <= 0xA0 || (c >= 0x2000 && c <= 0x200A)) return true;
  return std::binary_search(std::begin(kBeyondAscii), std::end(kBeyondAscii), c);
}

// Reads characters one after the other.
class CharReader {
 public:
  explicit CharReader(std::string_view text) : text_(text) {}

  bool done() const { return at_ >= text_.size(); }

  char32_t Peek() const { return done() ? 0 : DecodeUtf8(text_, at_).code_point; }

  char32_t Next() {
    const Utf8Char c = DecodeUtf8(text_, at_);
    at_ += c.length;
    return c.code_point;
  }

  void SkipDigits() {
    while (!done() && IsDigit(Peek())) Next();
  }

 private:
  std::string_view text_;
  size_t at_ = 0;
};

// Numbers are "0", and what separates is one space.
std::string ReplaceNumbersAndPunctuation(std::string_view text) {
  std::string out;
  CharReader reader(text);
  while (!reader.done()) {
    const char32_t c = reader.Next();
    if (IsDigit(c)) {
      reader.SkipDigits();
      if (IsDecimalSign(reader.Peek())) {
        CharReader ahead = reader;
        ahead.Next();
        if (!ahead.done() && IsDigit(ahead.Peek())) reader = ahead;
        reader.SkipDigits();
      }
      out += '0';
    } else if (!IsSpaceOrPunctuation(c)) {
      AppendUtf8(c, &out);
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  return out;
}

}  // namespace

std::string SimplifyText(std::string_view text) {
  const std::string replaced = ReplaceNumbersAndPunctuation(Lower(text));
  std::string decomposed;
  const bool is_new = text::Normalize(text::NormalForm::kNfd, replaced, &decomposed);
  std::string out;
  CharReader reader(is_new ? decomposed : replaced);
  while (!reader.done()) {
    const char32_t c = reader.Next();
    if (u_charType(static_cast<UChar32>(c)) == U_NON_SPACING_MARK) continue;
    if (c == ' ' && (out.empty() || out.back() == ' ')) continue;  // marks alone between spaces
    AppendUtf8(c, &out);
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

}  // namespace owt::dedup
