#include "stages/langdetect/script_spans.h"

#include <algorithm>
#include <bit>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "stages/langdetect/cld2_library.h"
#include "stages/langdetect/letter_pages.h"

namespace owt::langdetect {
namespace {

constexpr size_t kMostTaken = CLD2::kMaxScriptBytes;

uint32_t ScriptAt(const char* at) {
  const auto byte = static_cast<uint8_t>(*at);
  if (byte < 0x80) return kAsciiLetters[byte] == ' ' ? CLD2::ULScript_Common : CLD2::ULScript_Latin;
  return LetterOf(ReadValid(at).code_point).script;
}

// Letters made small, and a space for each run of other characters.
struct WordCopy {
  const char* at;
  char* out;         // 15 more bytes than are copied may be written
  bool after_space;  // what stands before `out`
};

#if defined(__SSE2__)  // every x86-64

// Copies ASCII, 16 bytes at a time or up to the second of two other characters than letters. What
// is left is less than 16 bytes, or not ASCII within these.
void CopyBlocks(const char* stop, WordCopy* copy) {
  constexpr ptrdiff_t kCopyBlock = 16;
  while (stop - copy->at >= kCopyBlock) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(copy->at));
    const __m128i lower = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
    const __m128i letters = _mm_and_si128(_mm_cmpgt_epi8(lower, _mm_set1_epi8('a' - 1)),
                                          _mm_cmplt_epi8(lower, _mm_set1_epi8('z' + 1)));
    if (_mm_movemask_epi8(bytes) != 0) return;
    const __m128i words =
        _mm_or_si128(_mm_and_si128(letters, lower), _mm_andnot_si128(letters, _mm_set1_epi8(' ')));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(copy->out), words);
    const uint32_t others = ~static_cast<uint32_t>(_mm_movemask_epi8(letters)) & 0xFFFF;
    const uint32_t again = others & (others << 1 | static_cast<uint32_t>(copy->after_space));
    if (again == 0) {
      copy->at += kCopyBlock;
      copy->out += kCopyBlock;
      copy->after_space = others >> (kCopyBlock - 1) != 0;
      continue;
    }
    const int kept = std::countr_zero(again);
    copy->out += kept;
    copy->at += std::countr_one(others >> kept) + kept;
    copy->after_space = true;
  }
}

#else

void CopyBlocks(const char*, WordCopy*) {}

#endif

}  // namespace

ScriptSpans::ScriptSpans(std::string_view text, char* buffer)
    : at_(text.data()), end_(text.data() + text.size()), buffer_(buffer) {}

bool ScriptSpans::SkipToLetter() {
  while (at_ < end_) {
    const auto byte = static_cast<uint8_t>(*at_);
    if (byte < 0x80) {
      if (kAsciiLetters[byte] != ' ') {
        next_script_ = CLD2::ULScript_Latin;
        return true;
      }
      ++at_;
      continue;
    }
    const ValidChar c = ReadValid(at_);
    next_script_ = LetterOf(c.code_point).script;
    if (next_script_ != CLD2::ULScript_Common) return true;
    at_ += c.bytes;
  }
  return false;
}

// Whether the span goes on over a letter of another script, `next` being what follows that: it does
// unless two such letters follow each other. CLD2 reads the byte behind the text here; in a text
// that ends with a NUL or with no letter its answer is this one.
bool ScriptSpans::GoesOn(const char* next) const {
  if (next == end_) return true;
  const uint32_t script = ScriptAt(next);
  return script == CLD2::ULScript_Common || script == script_;
}

// Letters from at_ to the next other character or to the span's end.
void ScriptSpans::CopyLetters() {
  while (at_ < end_ && taken_ < kMostTaken) {
    const auto byte = static_cast<uint8_t>(*at_);
    if (byte < 0x80) {
      const char letter = kAsciiLetters[byte];
      if (letter == ' ') return;
      if (script_ != CLD2::ULScript_Latin && !GoesOn(at_ + 1)) return;
      *out_++ = letter;
      ++at_;
      ++taken_;
      continue;
    }
    const ValidChar c = ReadValid(at_);
    const Letter& letter = LetterOf(c.code_point);
    if (letter.script != script_ && letter.script != CLD2::ULScript_Inherited) {
      if (letter.script == CLD2::ULScript_Common || !GoesOn(at_ + c.bytes)) return;
    }
    std::memcpy(out_, &letter.lower, sizeof(letter.lower));
    out_ += letter.lower_bytes;
    at_ += c.bytes;
    taken_ += c.bytes;
  }
}

// The common case: ASCII in a Latin span, far from all limits. Whether at_ is within a word then;
// else its space is written.
bool ScriptSpans::CopyAsciiWords() {
  const size_t limit = std::min(soft_limit_, kMostTaken);
  if (taken_ + 1 >= limit) return true;
  const size_t most = std::min(static_cast<size_t>(end_ - at_), limit - 1 - taken_);
  const char* const stop = at_ + most;
  WordCopy copy = {at_, out_, false};
  CopyBlocks(stop, &copy);
  for (; copy.at < stop; ++copy.at) {
    const char letter = kAsciiLetters[static_cast<uint8_t>(*copy.at)];
    if (letter == 0) break;
    *copy.out = letter;
    copy.out += static_cast<int>(letter != ' ') | static_cast<int>(!copy.after_space);
    copy.after_space = letter == ' ';
  }
  taken_ += static_cast<size_t>(copy.out - out_);
  at_ = copy.at;
  out_ = copy.out;
  return !copy.after_space;
}

bool ScriptSpans::Next(ScriptSpan* span) {
  const auto left = static_cast<size_t>(end_ - at_);
  soft_limit_ = kMostTaken - CLD2::kWithinScriptTail;
  // The last two spans of a long text are of the same length.
  if (left >= kMostTaken && left < 2 * kMostTaken) soft_limit_ = left / 2;
  if (!SkipToLetter()) return false;
  script_ = next_script_;
  out_ = buffer_;
  *out_++ = ' ';
  taken_ = 1;
  while (true) {
    const bool in_word = script_ != CLD2::ULScript_Latin || CopyAsciiWords();
    if (in_word) CopyLetters();
    const bool more = SkipToLetter();
    if (in_word) {
      *out_++ = ' ';
      ++taken_;
    }
    if (!more || taken_ >= soft_limit_) break;
    if (next_script_ != script_ && next_script_ != CLD2::ULScript_Inherited) break;
  }
  std::memcpy(out_, "   ", 4);
  *span = {buffer_, static_cast<int>(out_ - buffer_), script_};
  return true;
}

}  // namespace owt::langdetect
