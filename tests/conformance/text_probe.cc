// Lets the conformance scripts ask the text algorithms directly, many texts in one process.
//
//   text_probe encode|encode-TIER|language|clean-STEPS < texts > answers
//   text_probe tiers
//
// Input and output are records: a little-endian u32 length in bytes, then the bytes. `encode`
// answers each text with its GPT-2 ids, u16 each, `encode-TIER` by the instructions named (`tiers`
// prints those of this machine, one a line); `language` with "CODE PERCENT"; `clean-`
// with the cleaned text, where STEPS are letters: u (unescape HTML), l (line breaks), c (control
// characters), n (NFC).

#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/gpt2_vocab.h"
#include "stages/cleanup/clean_text.h"
#include "stages/langdetect/detect_language.h"
#include "stages/text/bpe_encoder.h"

namespace {

bool ReadRecord(std::string* record) {
  uint32_t length;
  if (std::fread(&length, sizeof(length), 1, stdin) != 1) return false;
  record->resize(length);
  return std::fread(record->data(), 1, length, stdin) == length;
}

void WriteRecord(std::string_view record) {
  const auto length = static_cast<uint32_t>(record.size());
  std::fwrite(&length, sizeof(length), 1, stdout);
  std::fwrite(record.data(), 1, record.size(), stdout);
}

// Encodes with what `tier` names; the fastest where it is empty. Nothing for an unknown tier.
std::function<std::string(std::string_view)> EncodeWith(std::string_view tier) {
  owt::text::BpeEncoderOptions options;
  bool known = tier.empty();
  for (const owt::text::SimdTier each : owt::text::SimdTiers()) {
    if (SimdTierName(each) != tier) continue;
    options.tier = each;
    known = true;
  }
  if (!known) return nullptr;
  static const owt::formats::Gpt2Vocab vocab = owt::formats::Gpt2Vocab::Embedded();
  static const owt::text::BpeModel model(vocab);
  static owt::text::BpeEncoder encoder(model, options);
  return [](std::string_view text) {
    owt::Buffer ids;
    encoder.EncodePacked(text, &ids);
    return std::string(ids.view());
  };
}

int PrintTiers() {
  for (const owt::text::SimdTier tier : owt::text::SimdTiers()) {
    fmt::print("{}\n", SimdTierName(tier));
  }
  return 0;
}

std::string Language(std::string_view text) {
  const owt::langdetect::DetectedLanguage detected = owt::langdetect::DetectLanguage(text);
  return fmt::format("{} {:.0f}", detected.code, detected.score * 100);
}

std::string Clean(std::string_view steps, std::string_view text) {
  const auto has = [&](char step) { return steps.find(step) != steps.npos; };
  const owt::cleanup::CleanOptions options = {has('u'), has('l'), has('c'), has('n')};
  std::string cleaned;
  return owt::cleanup::CleanText(text, options, &cleaned) ? cleaned : std::string(text);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view question = argc == 2 ? argv[1] : "";
  std::function<std::string(std::string_view)> answer;
  if (question == "tiers") return PrintTiers();
  if (question == "encode") answer = EncodeWith("");
  if (question.starts_with("encode-")) answer = EncodeWith(question.substr(7));
  if (question == "language") answer = Language;
  if (question.starts_with("clean-")) {
    answer = [&](std::string_view text) { return Clean(question.substr(6), text); };
  }
  if (!answer) {
    std::fprintf(
        stderr, "usage: text_probe tiers|encode[-TIER]|language|clean-STEPS < records > records\n");
    return 2;
  }
  for (std::string record; ReadRecord(&record);) WriteRecord(answer(record));
  return 0;
}
