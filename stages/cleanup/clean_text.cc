#include "stages/cleanup/clean_text.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "pipeline/utf8.h"
#include "stages/cleanup/character_fixes.h"
#include "stages/cleanup/plain_text.h"
#include "stages/cleanup/unescape_html.h"

// The loop of ftfy's fix_and_explain: a fix may uncover another ("&amp;lt;", a decoded "&#13;"), so
// each segment goes through all steps until it comes out as it went in. Most segments need none: of
// a text, only the lines with a byte that is not plain are looked at; of such a line, one look says
// which steps may change it.

namespace owt::cleanup {
namespace {

constexpr int kMaxNesting = 16;
constexpr int kMaxRounds = 100;

constexpr std::string_view kFormNames[] = {"NFC", "NFD", "NFKC", "NFKD"};

// End of the segment of text[begin, line_end) that begins at `begin`.
size_t SegmentEnd(std::string_view text, size_t begin, size_t line_end, uint64_t max_code_points) {
  if (line_end - begin <= max_code_points) return line_end;
  uint64_t code_points = 0;
  for (size_t i = begin; i < line_end; ++i) {
    const bool starts = (static_cast<uint8_t>(text[i]) & 0xC0) != 0x80;
    if (starts && ++code_points > max_code_points) return i;
  }
  return line_end;
}

// The line that holds the byte at `at`, with its end; it does not begin before `from`.
std::pair<size_t, size_t> LineAround(std::string_view text, size_t from, size_t at) {
  const size_t before = at == from ? text.npos : text.substr(from, at - from).rfind('\n');
  const size_t line_feed = text.find('\n', at);
  return {before == text.npos ? from : from + before + 1,
          line_feed == text.npos ? text.size() : line_feed + 1};
}

}  // namespace

struct TextCleaner::Workplace {
  std::string text;   // the segment, as it is by now
  std::string fixed;  // of the step at work
  Findings findings;  // of `text`
  EncodingWorkplace encoding;
};

bool TextCleaner::MayChange(const Findings& findings, bool unescape) const {
  return (unescape && findings.has_reference) || (options_.fix_encoding && findings.is_bad) ||
         findings.has_mapped || findings.may_be_unnormal;
}

// The fixes of characters: all in one go, or one by one where that is asked for or needed. True if
// any changed the text.
bool TextCleaner::FixCharacters(Plan* plan, Workplace* work) const {
  const bool has_escape =
      options_.remove_terminal_escapes && work->text.find(kEscape) != std::string::npos;
  if (plan == nullptr && !has_escape) {
    const bool changed = map_.Apply(work->text, &work->fixed);
    if (changed) work->text.swap(work->fixed);
    return changed;
  }
  bool changed = false;
  for (const CharacterMap::NamedFix& fix : map_.fixes()) {
    if (!fix.fix(work->text, &work->fixed)) continue;
    work->text.swap(work->fixed);
    if (plan != nullptr) plan->push_back({"apply", fix.name});
    changed = true;
  }
  return changed;
}

// Decodes references; all that are nested one in another if `decode_fully`.
bool TextCleaner::Unescape(bool decode_fully, Plan* plan, Workplace* work) const {
  if (!DecodeEntitiesOnce(work->text, &work->fixed)) return false;
  work->text.swap(work->fixed);
  if (decode_fully) {
    work->text = DecodeEntitiesFully(work->text, [this](std::string_view piece, std::string* out) {
      std::string mapped;
      if (map_.Apply(piece, &mapped)) piece = mapped;
      std::string normal;
      if (options_.normalization && text::Normalize(*options_.normalization, piece, &normal)) {
        piece = normal;
      }
      out->append(piece);
    });
  }
  if (plan != nullptr) plan->push_back({"apply", "unescape_html"});
  return true;
}

bool TextCleaner::Normalize(Plan* plan, Workplace* work) const {
  const text::NormalForm form = *options_.normalization;
  if (!text::Normalize(form, work->text, &work->fixed)) return false;
  work->text.swap(work->fixed);
  if (plan != nullptr) plan->push_back({"normalize", kFormNames[static_cast<int>(form)]});
  return true;
}

// All steps once; true if any changed the text.
bool TextCleaner::RunRound(bool unescape, bool decode_fully, Plan* plan, Workplace* work) const {
  bool changed = false;
  const auto look_again_if = [&](bool step_changed) {
    if (!step_changed) return;
    changed = true;
    work->findings = map_.Inspect(work->text);
  };
  const Findings& findings = work->findings;
  if (unescape && findings.has_reference) look_again_if(Unescape(decode_fully, plan, work));
  if (options_.fix_encoding && findings.is_bad) {
    look_again_if(FixEncoding(options_.encoding, &work->text, plan, &work->encoding));
  }
  if (findings.has_mapped) look_again_if(FixCharacters(plan, work));
  if (findings.may_be_unnormal) look_again_if(Normalize(plan, work));
  return changed;
}

bool TextCleaner::CleanSegment(std::string_view segment, bool unescape, Plan* plan,
                               Workplace* work) const {
  work->findings = map_.Inspect(segment);
  if (!MayChange(work->findings, unescape)) return false;
  work->text = segment;
  work->encoding.bytes_left = kMaxDecodings * segment.size();
  for (int round = 0; round < kMaxRounds && MayChange(work->findings, unescape); ++round) {
    if (!RunRound(unescape, round >= kMaxNesting, plan, work)) break;
  }
  return work->text != segment;
}

bool TextCleaner::Clean(std::string_view text, std::string* out,
                        std::vector<SegmentPlan>* explanation) const {
  const char* const data = text.data();
  const auto next_special = [&](size_t from) {
    return static_cast<size_t>(FindSpecial(data + from, data + text.size()) - data);
  };
  size_t special = next_special(0);
  if (special == text.size()) return false;
  const bool automatic = options_.unescape_html == UnescapeHtml::kAuto;
  const size_t first_tag = automatic ? text.find('<') : text.npos;
  std::string cleaned;
  size_t copied = 0, from = 0;
  Workplace work;
  Plan plan;
  for (; special < text.size(); special = next_special(from)) {
    const auto [line, line_end] = LineAround(text, from, special);
    for (size_t begin = line, end; begin < line_end; begin = end) {
      end = SegmentEnd(text, begin, line_end, options_.max_decode_length);
      const bool unescape =
          options_.unescape_html == UnescapeHtml::kAlways || (automatic && end <= first_tag);
      plan.clear();
      const bool changed = CleanSegment(text.substr(begin, end - begin), unescape,
                                        explanation == nullptr ? nullptr : &plan, &work);
      if (explanation != nullptr && !plan.empty()) explanation->push_back({begin, end, plan});
      if (!changed) continue;
      if (cleaned.empty()) cleaned.reserve(text.size() + text.size() / 16);
      cleaned.append(text, copied, begin - copied);
      cleaned += work.text;
      copied = end;
    }
    from = line_end;
  }
  if (copied == 0) return false;
  cleaned.append(text, copied);
  out->swap(cleaned);
  return true;
}

}  // namespace owt::cleanup
