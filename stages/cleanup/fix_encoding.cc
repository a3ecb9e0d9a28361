#include "stages/cleanup/fix_encoding.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "pipeline/utf8.h"
#include "stages/cleanup/badness.h"
#include "stages/cleanup/byte_repairs.h"
#include "stages/cleanup/code_pages.h"
#include "stages/cleanup/mixed_encodings.h"
#include "stages/cleanup/utf8_detector.h"
#include "stages/cleanup/utf8_reader.h"

// The order of what is tried, and when, is that of ftfy 6.3.1's fix_encoding (ftfy/__init__.py).

namespace owt::cleanup {
namespace {

constexpr uint8_t kLeadC0 = 0xC0;
constexpr uint8_t kLeadED = 0xED;
constexpr uint64_t kMixedCost = 15;  // decodings that a search for parts counts as: two searches

// Bytes that windows-1252 leaves open, as C1 controls.
bool IsOpenIn1252(char32_t c) {
  return c == 0x81 || c == 0x8D || c == 0x8F || c == 0x90 || c == 0x9D;
}

bool IsC1(char32_t c) { return c >= 0x80 && c <= 0x9F; }

bool HasC1(std::string_view text) {
  const char* at = text.data();
  for (const char* const end = at + text.size(); at < end;) {
    if (IsC1(ReadUtf8(&at))) return true;
  }
  return false;
}

bool Contains(std::string_view bytes, uint8_t byte) {
  return bytes.find(static_cast<char>(byte)) != bytes.npos;
}

// One repair at a time of one text.
class EncodingRepair {
 public:
  EncodingRepair(const EncodingOptions& options, const std::string& text, Plan* plan,
                 EncodingWorkplace* work)
      : options_(options),
        text_(text),
        plan_(plan),
        work_(*work),
        fixed_(work->fixed),
        bytes_(work->bytes) {}

  // The first repair that applies; its result is in work->fixed. False: none does.
  bool Find() {
    pages_.Read(text_);
    for (int page = 0; page < kNumCodePages; ++page) {
      if (DecodesFrom(static_cast<CodePage>(page))) return true;
    }
    if (options_.fix_mixed_encodings && DecodeMixed()) return true;
    if (options_.decode_inconsistent_utf8 && DecodeParts(text_)) return true;
    if (pages_.is_latin1() && ReadAs1252()) return true;
    return options_.fix_c1_controls && FixControls();
  }

 private:
  bool Did(const Plan& steps) {
    if (plan_ != nullptr) plan_->insert(plan_->end(), steps.begin(), steps.end());
    return true;
  }

  // The whole text was decoded by this page instead of as UTF-8.
  bool DecodesFrom(CodePage page) {
    if (!pages_.MayDecode(page)) return false;
    pages_.Encode(page, &fixed_);
    const bool restored =
        options_.restore_byte_a0 && page != CodePage::kMacRoman && RestoreByteA0(fixed_, &fixed_);
    const bool replaced = options_.replace_lossy_sequences && IsSloppy(page) &&
                          ReplaceLossySequences(fixed_, &fixed_);
    const bool variants = Contains(fixed_, kLeadED) || Contains(fixed_, kLeadC0);
    if (variants) {
      bytes_.swap(fixed_);
      if (!DecodeUtf8Variants(bytes_, options_.final_line_feed, &fixed_)) return false;
    } else if (FindInvalidUtf8(fixed_) != std::string::npos) {
      return false;
    }
    if (plan_ == nullptr) return true;
    plan_->push_back({"encode", CodePageName(page)});
    if (restored) plan_->push_back({"transcode", "restore_byte_a0"});
    if (replaced) plan_->push_back({"transcode", "replace_lossy_sequences"});
    plan_->push_back({"decode", variants ? "utf-8-variants" : "utf-8"});
    return true;
  }

  // Parts of the text were, by pages that may differ. What is left is for DecodeParts, also where
  // it no longer looks bad as a whole: it did before.
  bool DecodeMixed() {
    work_.bytes_left -= std::min<uint64_t>(work_.bytes_left, kMixedCost * text_.size());
    std::vector<MixedPart> parts;
    if (!DecodeMixedParts(text_, &fixed_, &parts)) return false;
    if (plan_ != nullptr) ExplainParts(parts);
    if (!options_.decode_inconsistent_utf8) return true;
    const std::string decoded = fixed_;
    if (!DecodeParts(decoded)) fixed_ = decoded;
    return true;
  }

  // From the last to the first, so that all places are those of the text before.
  void ExplainParts(const std::vector<MixedPart>& parts) {
    std::vector<size_t> begins;
    size_t bytes = 0, code_points = 0;
    for (const MixedPart& part : parts) {
      code_points += CountCodePoints(std::string_view(text_).substr(bytes, part.begin - bytes));
      begins.push_back(code_points);
      bytes = part.begin;
    }
    for (size_t i = parts.size(); i-- > 0;) {
      std::string layer = text_.substr(parts[i].begin, parts[i].end - parts[i].begin), decoded;
      for (const CodePage page : parts[i].pages) {
        const size_t end = begins[i] + CountCodePoints(layer);
        plan_->push_back({"decode_part", CodePageName(page), begins[i], end});
        PageText pages;
        pages.Read(layer);
        pages.Encode(page, &decoded);
        layer.swap(decoded);
      }
    }
  }

  // Parts of `text` were by a windows page; each is repaired by itself. False, with fixed_
  // unspecified, if nothing changes.
  bool DecodeParts(const std::string& text) {
    fixed_.clear();
    size_t copied = 0;
    bool changed = false;
    for (DetectedUtf8 part = FindDetectedUtf8(text, 0); part.begin != std::string::npos;
         part = FindDetectedUtf8(text, part.end)) {
      std::string repaired = text.substr(part.begin, part.end - part.begin);
      if (repaired.size() == text.size()) break;
      if (!IsBad(repaired)) continue;
      EncodingWorkplace work{work_.bytes_left, {}, {}};
      FixEncoding({}, &repaired, nullptr, &work);
      work_.bytes_left = work.bytes_left;
      changed |= std::string_view(text).substr(part.begin, part.end - part.begin) != repaired;
      fixed_.append(text, copied, part.begin - copied);
      fixed_ += repaired;
      copied = part.end;
    }
    if (!changed) return false;
    fixed_.append(text, copied);
    return Did({{"apply", "decode_inconsistent_utf8"}});
  }

  // windows-1252 that was decoded as Latin-1, which has controls where that has characters.
  bool ReadAs1252() {
    const char* at = text_.data();
    for (const char* const end = at + text_.size(); at < end;) {
      if (IsOpenIn1252(ReadUtf8(&at))) return false;
    }
    return FixC1Controls(text_, &fixed_) &&
           Did({{"encode", "latin-1"}, {"decode", "windows-1252"}});
  }

  // Single controls. As in ftfy that counts as a repair also where windows-1252 leaves all of them
  // open.
  bool FixControls() {
    if (!HasC1(text_)) return false;
    if (!FixC1Controls(text_, &fixed_)) fixed_ = text_;
    return Did({{"transcode", "fix_c1_controls"}});
  }

  const EncodingOptions& options_;
  const std::string& text_;
  Plan* plan_;
  EncodingWorkplace& work_;
  std::string& fixed_;
  std::string& bytes_;
  PageText pages_;
};

}  // namespace

bool IsBad(std::string_view text) {
  const BadnessRules& rules = BadnessRules::Get();
  BadnessScan scan(rules);
  ReadText<true>(
      text, [&](char32_t c) -> uint32_t { return rules.ClassOf(c); }, &scan);
  return scan.is_bad();
}

bool FixC1Controls(std::string_view text, std::string* out) {
  constexpr char kLead = '\xC2';
  size_t copied = 0;
  std::string fixed;
  for (size_t i = text.find(kLead); i != text.npos; i = text.find(kLead, i + 1)) {
    const char* at = text.data() + i;
    const char32_t c = ReadUtf8(&at);
    if (!IsC1(c) || Windows1252Of(c) == c) continue;
    fixed.append(text, copied, i - copied);
    AppendUtf8(Windows1252Of(c), &fixed);
    copied = i + 2;
  }
  if (copied == 0) return false;
  fixed.append(text, copied);
  out->swap(fixed);
  return true;
}

bool FixEncoding(const EncodingOptions& options, std::string* text, Plan* plan,
                 EncodingWorkplace* work) {
  EncodingRepair repair(options, *text, plan, work);
  bool changed = false;
  while (work->bytes_left >= text->size() && IsBad(*text)) {
    work->bytes_left -= text->size();
    if (!repair.Find() || work->fixed == *text) break;
    text->swap(work->fixed);
    changed = true;
  }
  return changed;
}

}  // namespace owt::cleanup
