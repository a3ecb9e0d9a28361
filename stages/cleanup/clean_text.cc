#include "stages/cleanup/clean_text.h"

#include <cstdint>

#include "stages/cleanup/character_fixes.h"
#include "stages/cleanup/unescape_html.h"
#include "stages/text/normalize.h"

// The loop of ftfy's fix_text: a fix may uncover another ("&amp;lt;", a decoded "&#13;"), so each
// line goes through all steps until it comes out as it went in. Most lines need no step at all, and
// the scan for that is a loop the compiler turns into SIMD.

namespace owt::cleanup {
namespace {

constexpr int kMaxNesting = 16;

// True where no step can change anything: tab, line feed, form feed and printable ASCII but "&".
bool IsPlain(std::string_view text) {
  constexpr size_t kBlock = 128;
  const auto needs_look = [](char byte) {
    const auto b = static_cast<uint8_t>(byte);
    const bool control = (b < 0x20) & (b != '\n') & (b != '\t') & (b != '\f');
    return static_cast<unsigned>(control | (b >= 0x7F) | (b == '&'));
  };
  size_t i = 0;
  for (; i + kBlock <= text.size(); i += kBlock) {
    unsigned any = 0;
    for (size_t k = 0; k < kBlock; ++k) any |= needs_look(text[i + k]);
    if (any != 0) return false;
  }
  unsigned any = 0;
  for (; i < text.size(); ++i) any |= needs_look(text[i]);
  return any == 0;
}

// One round of all steps on *line; true if it changed anything.
bool FixOnce(const CleanOptions& options, bool unescape, bool decode_fully, std::string* line) {
  std::string fixed;
  bool changed = false;
  const auto take = [&](bool step_changed) {
    if (step_changed) line->swap(fixed);
    changed |= step_changed;
  };
  if (unescape) {
    take(DecodeEntitiesOnce(*line, &fixed));
    if (changed && decode_fully) *line = DecodeEntitiesFully(*line);
  }
  if (options.fix_line_breaks) take(FixLineBreaks(*line, &fixed));
  if (options.remove_control_chars) take(RemoveControlChars(*line, &fixed));
  if (options.normalize_nfc) take(text::NormalizeNfc(*line, &fixed));
  return changed;
}

}  // namespace

bool CleanText(std::string_view text, const CleanOptions& options, std::string* out) {
  if (IsPlain(text)) return false;
  std::string cleaned;
  cleaned.reserve(text.size());
  std::string line;
  bool unescape = options.unescape_html;
  for (size_t begin = 0; begin < text.size();) {
    const size_t line_feed = text.find('\n', begin);
    const size_t end = line_feed == text.npos ? text.size() : line_feed + 1;
    const std::string_view original = text.substr(begin, end - begin);
    begin = end;
    if (unescape && original.find('<') != original.npos) unescape = false;
    if (IsPlain(original)) {
      cleaned += original;
      continue;
    }
    line = original;
    int rounds = 0;
    while (FixOnce(options, unescape, rounds >= kMaxNesting, &line)) ++rounds;
    cleaned += line;
  }
  if (cleaned == text) return false;
  *out = std::move(cleaned);
  return true;
}

}  // namespace owt::cleanup
