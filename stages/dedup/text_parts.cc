#include "stages/dedup/text_parts.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <algorithm>
#include <bit>
#include <cstring>

#include "pipeline/utf8.h"
#include "pipeline/white_space.h"
#include "stages/text/url.h"

namespace owt::dedup {
namespace {

void CutLines(std::string_view text, std::vector<TextPart>* lines) {
  size_t begin = 0;
  for (size_t end; (end = text.find('\n', begin)) != text.npos; begin = end + 1) {
    lines->push_back({begin, end});
  }
  lines->push_back({begin, text.size()});
}

constexpr size_t kLowerBytes = 16;

// Puts small letters for up to 16 bytes of ASCII, as they stand but for their case, and says for
// how many: up to one beyond ASCII, a control character, or white space behind white space. May
// write 16 bytes. *in_white is whether the last character was white space.
size_t LowerBlock(const char* block, size_t size, char* out, bool* in_white);

#if defined(__SSE2__)
size_t LowerBlock(const char* block, size_t size, char* out, bool* in_white) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block));
  const auto mask_of = [](__m128i is) { return static_cast<uint32_t>(_mm_movemask_epi8(is)); };
  // Compared as signed numbers, so that those beyond ASCII are less too.
  const uint32_t controls = mask_of(_mm_cmplt_epi8(bytes, _mm_set1_epi8(' ')));
  const uint32_t blanks = mask_of(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(' ')));
  const uint32_t again = blanks & (blanks << 1 | uint32_t{*in_white});
  const auto count = std::min(
      size, static_cast<size_t>(std::countr_zero(controls | again | uint32_t{1} << kLowerBytes)));
  const __m128i is_large = _mm_and_si128(_mm_cmpgt_epi8(bytes, _mm_set1_epi8('A' - 1)),
                                         _mm_cmplt_epi8(bytes, _mm_set1_epi8('Z' + 1)));
  const __m128i small = _mm_or_si128(bytes, _mm_and_si128(is_large, _mm_set1_epi8(0x20)));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out), small);
  if (count > 0) *in_white = (blanks >> (count - 1) & 1) != 0;
  return count;
}
#else
size_t LowerBlock(const char* block, size_t size, char* out, bool* in_white) {
  size_t count = 0;
  for (; count < size; ++count) {
    const auto byte = static_cast<uint8_t>(block[count]);
    if (byte < 0x20 || byte >= 0x80 || (byte == ' ' && *in_white)) break;
    out[count] = static_cast<char>(byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte);
    *in_white = byte == ' ';
  }
  return count;
}
#endif

// The same for any size; writes up to 16 bytes beyond.
size_t LowerPlain(std::string_view text, char* out, bool* in_white) {
  size_t done = 0;
  while (done + kLowerBytes <= text.size()) {
    const size_t count = LowerBlock(text.data() + done, kLowerBytes, out + done, in_white);
    done += count;
    if (count < kLowerBytes) return done;
  }
  char block[kLowerBytes] = {};
  const size_t size = text.size() - done;
  if (size > 0) std::memcpy(block, text.data() + done, size);
  return done + LowerBlock(block, size, out + done, in_white);
}

bool IsAsciiWhite(char c) {
  return c == ' ' || (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x1F);
}

// Whether LowerBlock takes it.
bool IsPlain(char c, bool in_white) {
  const auto byte = static_cast<uint8_t>(c);
  return byte > ' ' ? byte < 0x80 : byte == ' ' && !in_white;
}

// REQUIRES: beyond ASCII. At most one and a half as many bytes as it has itself.
char* PutLower(char32_t code_point, char* out) {
  const auto small = static_cast<char32_t>(u_tolower(static_cast<UChar32>(code_point)));
  int32_t length = 0;
  U8_APPEND_UNSAFE(reinterpret_cast<uint8_t*>(out), length, small);
  return out + length;
}

}  // namespace

bool IsBlank(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const Utf8Char c = DecodeUtf8(text, i);
    if (!IsWhiteSpace(c.code_point)) return false;
    i += c.length;
  }
  return true;
}

void CutParts(std::string_view text, PartUnit unit, std::vector<TextPart>* parts) {
  parts->clear();
  if (unit == PartUnit::kLine) return CutLines(text, parts);
  bool inside = false;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const bool is_blank = IsBlank(text.substr(begin, end - begin));
    if (!is_blank && !inside) parts->push_back({begin, end});
    if (!is_blank) parts->back().end = end;
    inside = !is_blank;
    begin = end + 1;
  }
}

void NormalizePart(std::string_view part, std::string* normalized) {
  while (!part.empty() && IsAsciiWhite(part.front())) part.remove_prefix(1);
  while (!part.empty() && IsAsciiWhite(part.back())) part.remove_suffix(1);
  const std::string_view text = StripWhiteSpace(part);
  normalized->resize(text.size() / 2 * 3 + 2 * kLowerBytes);
  char* out = normalized->data();
  bool in_white = false;
  for (size_t i = 0; i < text.size();) {
    const size_t plain = LowerPlain(text.substr(i), out, &in_white);
    i += plain;
    out += plain;
    // What is beyond ASCII is seldom alone, and white space behind white space.
    while (i < text.size() && !IsPlain(text[i], in_white)) {
      bool is_white;
      if (static_cast<uint8_t>(text[i]) < 0x80) {
        is_white = IsAsciiWhite(text[i]);
        if (!is_white) *out++ = text[i];  // a control character
        ++i;
      } else {
        const Utf8Char c = DecodeUtf8(text, i);
        is_white = IsWhiteSpace(c.code_point);
        if (!is_white) out = PutLower(c.code_point, out);
        i += c.length;
      }
      if (is_white && !in_white) *out++ = ' ';
      in_white = is_white;
    }
  }
  normalized->resize(static_cast<size_t>(out - normalized->data()));
}

uint64_t CharsUpTo(std::string_view text, uint64_t most) {
  uint64_t count = 0;
  for (size_t i = 0; i < text.size() && count < most; ++i) {
    count += (static_cast<uint8_t>(text[i]) & 0xC0) != 0x80;
  }
  return count;
}

std::string WithoutParts(std::string_view text, std::span<const TextPart> parts,
                         std::span<const uint32_t> removed) {
  if (parts.empty()) return std::string(text);
  std::string kept(text.substr(0, parts[0].begin));
  size_t gap_end = 0;  // what is before it, from the end of the last part that stays, comes between
  size_t last_end = 0;
  bool any = false;
  size_t next = 0;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (next < removed.size() && removed[next] == i) {
      ++next;
      continue;
    }
    if (any) kept += text.substr(last_end, gap_end - last_end);
    kept += text.substr(parts[i].begin, parts[i].end - parts[i].begin);
    last_end = parts[i].end;
    gap_end = i + 1 < parts.size() ? parts[i + 1].begin : text.size();
    any = true;
  }
  return kept.append(text.substr(parts.back().end));
}

}  // namespace owt::dedup
