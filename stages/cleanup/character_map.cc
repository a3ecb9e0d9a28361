#include "stages/cleanup/character_map.h"

#include "pipeline/utf8.h"
#include "stages/cleanup/character_fixes.h"
#include "stages/cleanup/plain_text.h"
#include "stages/cleanup/utf8_reader.h"

namespace owt::cleanup {
namespace {

constexpr uint32_t kReference = 1u << 8;
constexpr uint32_t kMapped = 1u << 9;
constexpr uint32_t kUnnormal = 1u << 10;
constexpr int kReplacementShift = 16;
constexpr char32_t kFirstUnnormal = 0x80;  // ASCII is in every normal form

// No fix changes a character outside.
struct Range {
  char32_t first, last;
};

constexpr Range kMappedRanges[] = {
    {0, 0x3FF}, {0x2000, 0x20FF}, {0x3000, 0x3000}, {0xFB00, 0xFFFF}};

}  // namespace

CharacterMap::CharacterMap(const CleanOptions& options)
    : rules_(BadnessRules::Get()), options_(options), entries_(0x10000), replacements_(1) {
  if (options.encoding.fix_c1_controls) fixes_.push_back({"fix_c1_controls", FixC1Controls});
  if (options.fix_latin_ligatures) fixes_.push_back({"fix_latin_ligatures", FixLatinLigatures});
  if (options.fix_character_width) fixes_.push_back({"fix_character_width", FixCharacterWidth});
  if (options.uncurl_quotes) fixes_.push_back({"uncurl_quotes", UncurlQuotes});
  if (options.fix_line_breaks) fixes_.push_back({"fix_line_breaks", FixLineBreaks});
  if (options.remove_terminal_escapes) {
    fixes_.push_back({"remove_terminal_escapes", RemoveTerminalEscapes});
  }
  if (options.remove_control_chars) fixes_.push_back({"remove_control_chars", RemoveControlChars});
  for (char32_t c = 0; c < entries_.size(); ++c) {
    const bool is_surrogate = c >= 0xD800 && c <= 0xDFFF;
    entries_[c] = rules_.ClassOf(c) | (is_surrogate ? 0 : FlagsOf(c));
  }
  for (const Range& range : kMappedRanges) {
    for (char32_t c = range.first; c <= range.last; ++c) MapCharacter(c);
  }
  if (options.remove_terminal_escapes) entries_[kEscape] |= kMapped;
}

uint32_t CharacterMap::FlagsOf(char32_t c) const {
  if (c < kFirstUnnormal) return c == '&' ? kReference : 0;
  const bool normal = !options_.normalization || text::IsNormalAnywhere(*options_.normalization, c);
  return normal ? 0 : kUnnormal;
}

void CharacterMap::MapCharacter(char32_t c) {
  std::string original;
  AppendUtf8(c, &original);
  std::string mapped = original;
  for (const NamedFix& fix : fixes_) fix.fix(mapped, &mapped);
  if (mapped == original) return;
  entries_[c] |= kMapped | static_cast<uint32_t>(replacements_.size()) << kReplacementShift;
  replacements_.push_back(mapped);
}

uint32_t CharacterMap::EntryOf(char32_t c) const {
  if (c < entries_.size()) return entries_[c];
  return rules_.ClassOf(c) | FlagsOf(c);
}

Findings CharacterMap::Inspect(std::string_view text) const {
  BadnessScan scan(rules_);
  const uint32_t seen = ReadText<false>(
      text, [this](char32_t c) { return EntryOf(c); }, &scan);
  Findings findings;
  findings.has_reference = (seen & kReference) != 0;
  findings.is_bad = scan.is_bad();
  findings.has_mapped = (seen & kMapped) != 0;
  findings.may_be_unnormal = (seen & kUnnormal) != 0;
  return findings;
}

bool CharacterMap::Apply(std::string_view text, std::string* out) const {
  std::string mapped;
  bool changed = false;
  const char* copied = text.data();
  const char* const end = copied + text.size();
  for (const char* at = FindSpecial(copied, end); at < end; at = FindSpecial(at, end)) {
    const char* const here = at;
    const char32_t c = ReadUtf8(&at);
    const uint32_t replacement = EntryOf(c) >> kReplacementShift;
    if (replacement == 0) continue;
    if (!changed) mapped.reserve(text.size() + text.size() / 8);
    changed = true;
    mapped.append(copied, here);
    copied = at;
    const bool half_of_break = c == '\r' && at < end && *at == '\n';
    if (!half_of_break) mapped += replacements_[replacement];
  }
  if (!changed) return false;
  mapped.append(copied, end);
  out->swap(mapped);
  return true;
}

}  // namespace owt::cleanup
