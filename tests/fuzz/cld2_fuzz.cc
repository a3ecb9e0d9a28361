// Any text, repeated up to 1,000 times, with any hints: our scorer and libcld2 agree in every
// field. The first three bytes choose hints and repeats. Bytes that are not UTF-8 are replaced
// first, as DetectLanguage blanks them.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "pipeline/utf8.h"
#include "tests/reference/cld2_library_answer.h"

namespace {

constexpr std::array<const char*, 8> kDomains = {nullptr, nullptr, "de", "id",
                                                 "tw",    "no",    "rs", "br"};
constexpr std::array<const char*, 8> kContentLanguages = {
    nullptr, nullptr, "en", "pt-BR,en", "zh-Hant", "sr-Latn, hr", "mi,en,fr,de,it", "x"};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kChoices = 3;
  constexpr size_t kMostBytes = 200'000;
  if (size < kChoices) return 0;
  const std::string part =
      owt::ReplaceInvalidUtf8({reinterpret_cast<const char*>(data) + kChoices, size - kChoices});
  const size_t most = part.empty() ? 1 : kMostBytes / part.size();
  const size_t repeats = std::min<size_t>(most, data[2] < 200 ? 1 : (data[2] - 199) * 18) + 1;
  std::string text;
  for (size_t i = 1; i < repeats; ++i) text += part;
  const CLD2::CLDHints hints = {kContentLanguages[data[0] % 8], kDomains[data[1] % 8],
                                CLD2::UNKNOWN_ENCODING, CLD2::UNKNOWN_LANGUAGE};
  const int flags = data[0] >= 128 ? CLD2::kCLDFlagBestEffort : 0;
  const std::string difference = owt::reference::Cld2Difference(text, hints, flags);
  if (difference.empty()) return 0;
  std::fprintf(stderr, "%s\n", difference.c_str());
  abort();
}
