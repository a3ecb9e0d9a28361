#include "stages/dedup/text_parts.h"

#include <unicode/uchar.h>

#include <algorithm>

#include "stages/text/url.h"
#include "stages/text/utf8.h"

namespace owt::dedup {
namespace {

void CutLines(std::string_view text, std::vector<TextPart>* lines) {
  size_t begin = 0;
  for (size_t end; (end = text.find('\n', begin)) != text.npos; begin = end + 1) {
    lines->push_back({begin, end});
  }
  lines->push_back({begin, text.size()});
}

}  // namespace

bool IsBlank(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const text::Utf8Char c = text::DecodeUtf8(text, i);
    if (!text::IsWhitespace(c.code_point)) return false;
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
  normalized->clear();
  bool white = false;
  for (size_t i = 0; i < part.size();) {
    const text::Utf8Char c = text::DecodeUtf8(part, i);
    i += c.length;
    if (text::IsWhitespace(c.code_point)) {
      white = true;
      continue;
    }
    if (white && !normalized->empty()) *normalized += ' ';
    white = false;
    if (c.code_point < 0x80) {
      const auto byte = static_cast<char>(c.code_point);
      *normalized += byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 0x20) : byte;
    } else {
      text::AppendUtf8(static_cast<char32_t>(u_tolower(static_cast<UChar32>(c.code_point))),
                       normalized);
    }
  }
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
