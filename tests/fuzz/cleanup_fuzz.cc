// Any text through cleanup and langdetect: what comes out is valid UTF-8 and stays as it is when
// cleaned again. Bytes that are not UTF-8 are replaced first, as the reader of records refuses
// them.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "stages/cleanup/clean_text.h"
#include "stages/langdetect/detect_language.h"
#include "stages/text/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text =
      owt::text::ReplaceInvalidUtf8({reinterpret_cast<const char*>(data), size});
  if (owt::text::FindInvalidUtf8(text) != std::string::npos) abort();
  std::string cleaned;
  if (!owt::cleanup::CleanText(text, {}, &cleaned)) cleaned = text;
  if (owt::text::FindInvalidUtf8(cleaned) != std::string::npos) abort();
  if (!owt::langdetect::IsKnownLanguage(owt::langdetect::DetectLanguage(text).code)) abort();
  if (cleaned.find('<') != std::string::npos)
    return 0;  // a decoded tag ends the decoding next time
  std::string again;
  if (owt::cleanup::CleanText(cleaned, {}, &again)) abort();
  return 0;
}
