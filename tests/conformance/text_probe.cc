// Lets the conformance scripts ask the text algorithms directly, many texts in one process.
//
//   text_probe encode|encode-TIER|clean|explain|mixed|bad|spaces < texts > answers
//   text_probe language HINTS | cld2 HINTS | fasttext MODEL MOST LEAST < texts > answers
//   text_probe ngrams MODEL < sentences > answers
//   text_probe tiers
//
// Input and output are records: a little-endian u32 length in bytes, then the bytes. `encode`
// answers each text with its GPT-2 ids, u16 each, `encode-TIER` by the instructions named (`tiers`
// prints those of this machine, one a line); `language` with "CODE PERCENT", where HINTS may be
// "best" (effort), "tld=de" and "http=de,en"; `cld2` with how our answer and that of libcld2 itself
// differ, the same hints given to both; `fasttext` with a line "LABEL BITS" for each of the
// MOST predictions with a probability of LEAST or more, BITS being the float in hexadecimal;
// `ngrams` with "BITS WORDS" of a sentence: its log10 and its words with the end of it. Before
// a text to clean stands a line with the options (see OptionsOf): `clean` answers with the cleaned
// text, `explain` with what was done to its segments, as cleanup/explain.h says. `spaces` answers
// with what general_cleaning makes of the text, `mixed` with what one search for mojibake of
// several pages does.

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/gpt2_vocab.h"
#include "formats/ngram_model.h"
#include "stages/cleanup/clean_text.h"
#include "stages/cleanup/explain.h"
#include "stages/cleanup/fix_tasks.h"
#include "stages/cleanup/mixed_encodings.h"
#include "stages/langdetect/detect_language.h"
#include "stages/text/bpe_encoder.h"
#include "stages/text/fasttext_classifier.h"
#include "stages/text/ngram_scorer.h"
#include "tests/reference/cld2_library_answer.h"

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

owt::langdetect::Cld2Options HintsOf(std::span<char*> hints) {
  owt::langdetect::Cld2Options options;
  for (const std::string_view hint : hints) {
    if (hint == "best") options.best_effort = true;
    if (hint.starts_with("tld=")) options.top_level_domain = hint.substr(4);
    if (hint.starts_with("http=")) options.content_language = hint.substr(5);
  }
  return options;
}

std::function<std::string(std::string_view)> LanguageWith(std::span<char*> hints) {
  const owt::langdetect::Cld2Options options = HintsOf(hints);
  return [options](std::string_view text) {
    const owt::langdetect::DetectedLanguage detected =
        owt::langdetect::DetectLanguage(text, options);
    return fmt::format("{} {:.0f}", detected.code, detected.score * 100);
  };
}

std::function<std::string(std::string_view)> CompareCld2With(std::span<char*> words) {
  static const owt::langdetect::Cld2Options options = HintsOf(words);
  const auto or_null = [](const std::string& hint) {
    return hint.empty() ? nullptr : hint.c_str();
  };
  const CLD2::CLDHints hints = {or_null(options.content_language),
                                or_null(options.top_level_domain), CLD2::UNKNOWN_ENCODING,
                                CLD2::UNKNOWN_LANGUAGE};
  const int flags = options.best_effort ? CLD2::kCLDFlagBestEffort : 0;
  return [=](std::string_view text) {
    return owt::reference::Cld2Difference(std::string(text), hints, flags);
  };
}

std::function<std::string(std::string_view)> PredictWith(std::span<char*> arguments) {
  if (arguments.size() != 3) return nullptr;
  static const owt::text::FasttextClassifier classifier{std::string(arguments[0])};
  static owt::text::FasttextPredictor predictor(classifier);
  const auto most = static_cast<size_t>(std::stoull(arguments[1]));
  const float least = std::stof(arguments[2]);
  return [most, least](std::string_view text) {
    std::string lines;
    for (const auto& [label, probability] : predictor.Predict(text, most, least)) {
      lines += fmt::format("{} {:08x}\n", classifier.labels()[static_cast<size_t>(label)].name,
                           std::bit_cast<uint32_t>(probability));
    }
    return lines;
  };
}

std::function<std::string(std::string_view)> ScoreWith(std::span<char*> arguments) {
  if (arguments.size() != 1) return nullptr;
  static const owt::formats::NgramModel model{std::string(arguments[0])};
  static owt::text::NgramScorer scorer(model.tables());
  return [](std::string_view sentence) {
    uint64_t words = 0;
    const float score = scorer.Score(sentence, &words);
    return fmt::format("{:08x} {}", std::bit_cast<uint32_t>(score), words);
  };
}

// "a11111111111C001000000": how references are decoded (0, a, 1), the switches in ftfy's order
// without fix_surrogates, the normal form (C, D, c, d for NFKC and NFKD, -), 1 for ftfy's quirks,
// 1 for fix_mixed_encodings, and the length of a segment.
owt::cleanup::CleanOptions OptionsOf(std::string_view line) {
  owt::cleanup::CleanOptions options;
  const char how = line[0];
  options.unescape_html = how == '0'   ? owt::cleanup::UnescapeHtml::kNever
                          : how == '1' ? owt::cleanup::UnescapeHtml::kAlways
                                       : owt::cleanup::UnescapeHtml::kAuto;
  bool* const switches[] = {&options.remove_terminal_escapes,
                            &options.fix_encoding,
                            &options.encoding.restore_byte_a0,
                            &options.encoding.replace_lossy_sequences,
                            &options.encoding.decode_inconsistent_utf8,
                            &options.encoding.fix_c1_controls,
                            &options.fix_latin_ligatures,
                            &options.fix_character_width,
                            &options.uncurl_quotes,
                            &options.fix_line_breaks,
                            &options.remove_control_chars};
  size_t at = 1;
  for (bool* const value : switches) *value = line[at++] == '1';
  const size_t form = std::string_view("CDcd").find(line[at++]);
  options.normalization.reset();
  if (form < 4) options.normalization = static_cast<owt::text::NormalForm>(form);
  options.encoding.final_line_feed = line[at++] == '1';
  options.encoding.fix_mixed_encodings = line[at++] == '1';
  options.max_decode_length = std::stoull(std::string(line.substr(at)));
  return options;
}

std::string Clean(bool explain, std::string_view record) {
  static std::string last_options;
  static std::unique_ptr<owt::cleanup::TextCleaner> cleaner;
  const size_t line_feed = record.find('\n');
  const std::string_view options = record.substr(0, line_feed);
  const std::string_view text = record.substr(line_feed + 1);
  if (options != last_options) {
    cleaner = std::make_unique<owt::cleanup::TextCleaner>(OptionsOf(options));
    last_options = options;
  }
  std::string cleaned;
  if (!explain) return cleaner->Clean(text, &cleaned) ? cleaned : std::string(text);
  std::vector<owt::cleanup::SegmentPlan> segments;
  cleaner->Clean(text, &cleaned, &segments);
  std::string json;
  owt::cleanup::AppendPlans(text, segments, &json);
  return json;
}

std::string DecodeMixed(std::string_view text) {
  std::string decoded;
  std::vector<owt::cleanup::MixedPart> parts;
  return owt::cleanup::DecodeMixedParts(text, &decoded, &parts) ? decoded : std::string(text);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view question = argc >= 2 ? argv[1] : "";
  const std::span<char*> arguments(argv + std::min(argc, 2), argv + argc);
  std::function<std::string(std::string_view)> answer;
  if (question == "tiers") return PrintTiers();
  if (question == "encode") answer = EncodeWith("");
  if (question.starts_with("encode-")) answer = EncodeWith(question.substr(7));
  if (question == "language") answer = LanguageWith(arguments);
  if (question == "cld2") answer = CompareCld2With(arguments);
  if (question == "fasttext") answer = PredictWith(arguments);
  if (question == "ngrams") answer = ScoreWith(arguments);
  if (question == "spaces") answer = owt::cleanup::CleanSpaces;
  if (question == "mixed") answer = DecodeMixed;
  if (question == "bad") {
    answer = [](std::string_view text) { return std::to_string(owt::cleanup::CountBad(text)); };
  }
  if (question == "clean" || question == "explain") {
    answer = [&](std::string_view record) { return Clean(question == "explain", record); };
  }
  if (!answer) {
    std::fprintf(stderr,
                 "usage: text_probe tiers|encode[-TIER]|language [HINT...]|cld2 [HINT...]|"
                 "fasttext MODEL MOST LEAST|ngrams MODEL|clean|explain|mixed|bad|spaces "
                 "< records > records\n");
    return 2;
  }
  for (std::string record; ReadRecord(&record);) WriteRecord(answer(record));
  return 0;
}
