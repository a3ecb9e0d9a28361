// Lines of any bytes as records of HellaSwag: a reason, or endings and a label that fit together.
// What is valid UTF-8 detokenizes to valid UTF-8, and its last word and the rest are the text.

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "pipeline/buffer.h"
#include "pipeline/utf8.h"
#include "pipeline/white_space.h"
#include "trainer/evaluate/choice_record.h"
#include "trainer/evaluate/detokenize.h"
#include "trainer/evaluate/last_word.h"

namespace {

void ParseLine(std::string_view line) {
  static owt::trainer::ChoiceParser parser;
  std::string padded(line);
  padded.append(owt::Buffer::kPadding, '"');
  owt::trainer::ChoiceRecord record;
  if (!parser.Parse(std::string_view(padded).substr(0, line.size()), &record).empty()) return;
  if (record.endings.size() < 2 || record.label >= record.endings.size()) abort();
  if (!owt::IsUtf8(record.context)) abort();
  for (const std::string& ending : record.endings) {
    if (ending.empty() || !owt::IsUtf8(ending)) abort();
  }
}

void CutText(std::string_view text) {
  using owt::trainer::Detokenizer;
  for (const Detokenizer how : {Detokenizer::kWikitext, Detokenizer::kPtb}) {
    if (!owt::IsUtf8(owt::trainer::Detokenize(how, text))) abort();
  }
  const std::string_view stripped = owt::StripWhiteSpace(text);
  if (owt::StripWhiteSpace(stripped) != stripped) abort();
  const owt::trainer::LastWord last = owt::trainer::SplitLastWord(text);
  if (last.word.empty() != stripped.empty()) abort();
  if (!stripped.ends_with(last.word)) abort();
  if (!text.starts_with(std::string(last.before) + std::string(last.word))) abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  ParseLine(input.substr(0, input.find('\n')));
  if (owt::IsUtf8(input)) CutText(input);
  return 0;
}
