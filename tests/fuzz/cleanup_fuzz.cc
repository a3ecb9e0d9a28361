// Any text through cleanup, with options drawn from the input, and langdetect. What comes out is
// valid UTF-8. The fixes one by one, which explain themselves, give the same text as all at once,
// and the text without its plain beginning the same as with it. Bytes that are not UTF-8 are
// replaced first, as the reader of records refuses them.

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/utf8.h"
#include "stages/cleanup/clean_text.h"
#include "stages/cleanup/explain.h"
#include "stages/cleanup/fix_tasks.h"
#include "stages/cleanup/mixed_encodings.h"
#include "stages/langdetect/detect_language.h"

namespace {

using owt::cleanup::CleanOptions;
using owt::cleanup::TextCleaner;

// Building one takes milliseconds; a few of all that there are will do.
const TextCleaner& CleanerOf(uint8_t choice) {
  static const std::vector<std::unique_ptr<TextCleaner>> cleaners = [] {
    std::vector<CleanOptions> some(7);
    some[1].encoding.final_line_feed = true;
    some[2].max_decode_length = 5;
    some[2].unescape_html = owt::cleanup::UnescapeHtml::kAlways;
    some[3].uncurl_quotes = some[3].fix_line_breaks = some[3].fix_character_width = false;
    some[3].normalization.reset();
    some[4].remove_control_chars = some[4].fix_encoding = false;
    some[4].normalization = owt::text::NormalForm::kNfkd;
    some[5].encoding.replace_lossy_sequences = some[5].encoding.restore_byte_a0 = false;
    some[5].normalization = owt::text::NormalForm::kNfkc;
    some[6].encoding.fix_mixed_encodings = true;
    std::vector<std::unique_ptr<TextCleaner>> made;
    for (const CleanOptions& options : some) made.push_back(std::make_unique<TextCleaner>(options));
    return made;
  }();
  return *cleaners[choice % cleaners.size()];
}

std::string Clean(const TextCleaner& cleaner, const std::string& text) {
  std::string cleaned;
  return cleaner.Clean(text, &cleaned) ? cleaned : text;
}

// Each search leaves less, and what it leaves looks better.
void CheckMixed(std::string text) {
  std::string decoded;
  std::vector<owt::cleanup::MixedPart> parts;
  while (owt::cleanup::DecodeMixedParts(text, &decoded, &parts)) {
    if (owt::FindInvalidUtf8(decoded) != std::string::npos) abort();
    if (decoded.size() >= text.size()) abort();
    if (owt::cleanup::CountBad(decoded) >= owt::cleanup::CountBad(text)) abort();
    text.swap(decoded);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const TextCleaner& cleaner = CleanerOf(data[0]);
  const std::string text =
      owt::ReplaceInvalidUtf8({reinterpret_cast<const char*>(data) + 1, size - 1});
  if (owt::FindInvalidUtf8(text) != std::string::npos) abort();
  const std::string cleaned = Clean(cleaner, text);
  if (owt::FindInvalidUtf8(cleaned) != std::string::npos) abort();

  std::string explained;
  std::vector<owt::cleanup::SegmentPlan> segments;
  if (!cleaner.Clean(text, &explained, &segments)) explained = text;
  if (explained != cleaned) abort();
  std::string json;
  owt::cleanup::AppendPlans(text, segments, &json);

  const std::string beginning(40, 'x');
  if (Clean(cleaner, beginning + "\n" + text) != beginning + "\n" + cleaned) abort();

  CheckMixed(text);
  const std::string spaces = owt::cleanup::CleanSpaces(text);
  if (owt::FindInvalidUtf8(spaces) != std::string::npos) abort();
  if (!owt::langdetect::IsKnownLanguage(owt::langdetect::DetectLanguage(text).code)) abort();
  return 0;
}
