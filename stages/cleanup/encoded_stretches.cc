#include "stages/cleanup/encoded_stretches.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <cstdint>

#include "pipeline/utf8.h"
#include "stages/cleanup/plain_text.h"
#include "stages/cleanup/utf8_reader.h"

namespace owt::cleanup {
namespace {

bool IsWritten(char32_t c) {
  const int8_t type = u_charType(static_cast<UChar32>(c));
  return type != U_UNASSIGNED && type != U_PRIVATE_USE_CHAR;
}

bool IsQuote(char32_t c) { return c == 0xAB || c == 0xBB || (c >= 0x2018 && c <= 0x201F); }

bool IsAscii(char c) { return static_cast<uint8_t>(c) < 0x80; }

}  // namespace

char32_t EncodedStretches::Highest() {
  if (highest_ != 0) return highest_;
  for (const char* at = begin_; at < end_;) {
    char32_t c = 0;
    at = IsAscii(*at) ? at + 1 : SequenceEnd(at, &c);
    highest_ = std::max(highest_, c);
  }
  return highest_;
}

void EncodedStretches::Next() {
  begin_ = end_ = nullptr;
  highest_ = 0;
  while (at_ < text_end_) {
    if (IsAscii(*at_)) {
      at_ = FindNonAscii(at_, text_end_);
      continue;
    }
    if (const char* const sequence_end = SequenceEnd(at_)) {
      begin_ = at_;
      return Extend(sequence_end);
    }
    ReadUtf8(&at_);
  }
}

void EncodedStretches::SkipTo(const char* from) {
  if (done() || begin_ >= from) return;
  begin_ = std::min(from, end_);
  highest_ = 0;
  while (begin_ < end_ && (IsAscii(*begin_) || SequenceEnd(begin_) == nullptr)) ReadUtf8(&begin_);
  if (begin_ < end_) return;
  at_ = std::max(from, end_);
  Next();
}

void EncodedStretches::AppendDecoded(std::string* out) const {
  for (const char* at = begin_; at < end_;) {
    const char32_t c = ReadUtf8(&at);
    *out += static_cast<char>(c < 0x80 ? static_cast<uint8_t>(c) : HighByteOf(page_, c));
  }
}

const char* EncodedStretches::SequenceEnd(const char* at, char32_t* character) const {
  char bytes[4];
  const char32_t first = ReadUtf8(&at);
  bytes[0] = static_cast<char>(HighByteOf(page_, first));
  const auto lead = static_cast<uint8_t>(bytes[0]);
  if (lead < 0xC2 || lead > 0xF4) return nullptr;
  const size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  // People write letters behind quotes, which lead in MacRoman.
  if (length == 2 && IsQuote(first)) return nullptr;
  for (size_t i = 1; i < length; ++i) {
    if (at >= text_end_ || IsAscii(*at)) return nullptr;
    bytes[i] = static_cast<char>(HighByteOf(page_, ReadUtf8(&at)));
  }
  const Utf8Char c = DecodeUtf8({bytes, length}, 0);
  if (!c.valid || c.length != length || !IsWritten(c.code_point)) return nullptr;
  if (character != nullptr) *character = c.code_point;
  return at;
}

void EncodedStretches::Extend(const char* at) {
  for (end_ = at; at < text_end_;) {
    if (IsAscii(*at)) {
      const char* const run_end = FindNonAscii(at, text_end_);
      // No page has U+001A: it is the byte of U+FFFD.
      if (std::find(at, run_end, kSubstitute) != run_end) break;
      at = run_end;
    } else if (const char* const sequence_end = SequenceEnd(at)) {
      end_ = at = sequence_end;
    } else {
      break;
    }
  }
  at_ = end_;
}

}  // namespace owt::cleanup
