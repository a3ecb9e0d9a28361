#include "stages/cleanup/repair_options.h"

#include <string_view>

#include "pipeline/error.h"

namespace owt::cleanup {
namespace {

struct Switch {
  const char* name;
  bool& (*field)(CleanOptions& options);
  const char* help;
};

// In ftfy's order, with one that it does not have, which no preset turns on.
constexpr Switch kSwitches[RepairOptions::kNumSwitches] = {
    {"fix-encoding", [](CleanOptions& o) -> bool& { return o.fix_encoding; },
     "undo mojibake: UTF-8 that was decoded as another encoding"},
    {"restore-byte-a0", [](CleanOptions& o) -> bool& { return o.encoding.restore_byte_a0; },
     "fix-encoding undoes it also where a byte A0 became a space"},
    {"replace-lossy-sequences",
     [](CleanOptions& o) -> bool& { return o.encoding.replace_lossy_sequences; },
     "fix-encoding also where bytes became ?: those characters are U+FFFD"},
    {"decode-inconsistent-utf8",
     [](CleanOptions& o) -> bool& { return o.encoding.decode_inconsistent_utf8; },
     "fix-encoding also in parts of lines that are not mojibake throughout"},
    {"fix-mixed-encodings", [](CleanOptions& o) -> bool& { return o.encoding.fix_mixed_encodings; },
     "fix-encoding also in parts that one page each decodes; not of ftfy"},
    {"fix-c1-controls", [](CleanOptions& o) -> bool& { return o.encoding.fix_c1_controls; },
     "read U+0080 to U+009F as windows-1252"},
    {"fix-latin-ligatures", [](CleanOptions& o) -> bool& { return o.fix_latin_ligatures; },
     "write ligatures such as U+FB01 as their letters"},
    {"fix-character-width", [](CleanOptions& o) -> bool& { return o.fix_character_width; },
     "write full- and halfwidth forms in their usual width"},
    {"uncurl-quotes", [](CleanOptions& o) -> bool& { return o.uncurl_quotes; },
     "make curly quotes straight"},
    {"fix-line-breaks", [](CleanOptions& o) -> bool& { return o.fix_line_breaks; },
     "make CRLF, CR, U+2028, U+2029 and U+0085 line feeds"},
    {"fix-surrogates", [](CleanOptions& o) -> bool& { return o.fix_surrogates; },
     "make each half of a surrogate pair, such as \\ud83d alone, U+FFFD"},
    {"remove-terminal-escapes", [](CleanOptions& o) -> bool& { return o.remove_terminal_escapes; },
     "remove the colours of terminals, such as ESC [ 31 m"},
    {"remove-control-chars", [](CleanOptions& o) -> bool& { return o.remove_control_chars; },
     "remove controls that text has no use for"},
};

// What datatrove's FTFYFormatter, FineWeb-2 and NeMo's UnicodeReformatter leave out: it damages
// Chinese and Japanese, or changes what an author meant.
CleanOptions LlmPreset() {
  CleanOptions options;
  options.fix_latin_ligatures = false;
  options.fix_character_width = false;
  options.uncurl_quotes = false;
  options.fix_line_breaks = false;
  options.normalization.reset();
  return options;
}

constexpr std::string_view kForms[] = {"nfc", "nfd", "nfkc", "nfkd"};

}  // namespace

RepairOptions::RepairOptions() { switches_.fill("preset"); }

void RepairOptions::Declare(OptionSet& options) {
  options.Group("Repairs")
      .Choice("preset", &preset_, {"ftfy", "llm", "megatron"}, "which repairs, as a set")
      .Detail(
          "ftfy: the defaults of the Python library, which Megatron's cleanup_dataset.py takes, "
          "too, so that megatron says the same. llm: what datatrove, FineWeb-2 and NeMo Curator "
          "take: no ligatures, width, quotes, line breaks or normal form. The options below add a "
          "repair to the set (on) or take one out (off).")
      .Choice("compat", &compat_, {"owt", "ftfy"}, "whose results: ours, or ftfy's to the byte")
      .Detail(
          "They differ in one thing: of a line that ends in a lone A with a grave accent which was "
          "a byte C0, or in half of an encoded surrogate pair, ftfy loses the line feed.")
      .Choice("unescape-html", &unescape_html_, {"auto", "always", "never"},
              "decode HTML references such as &amp;")
      .Detail(
          "auto: up to the first line with a <. Where there are tags, references are markup and "
          "not damage.");
  for (size_t i = 0; i < kNumSwitches; ++i) {
    options.Choice(kSwitches[i].name, &switches_[i], {"preset", "on", "off"}, kSwitches[i].help);
  }
  options
      .Choice("normalization", &normalization_, {"preset", "nfc", "nfd", "nfkc", "nfkd", "none"},
              "Unicode normal form of the texts")
      .Integer("max-decode-length", &max_decode_length_, 1, 1000000000,
               "lines of more characters are repaired in pieces of so many");
}

CleanOptions RepairOptions::Make() const {
  CleanOptions options = preset_ == "llm" ? LlmPreset() : CleanOptions();
  options.encoding.final_line_feed = compat_ == "ftfy";
  if (unescape_html_ == "always") options.unescape_html = UnescapeHtml::kAlways;
  if (unescape_html_ == "never") options.unescape_html = UnescapeHtml::kNever;
  for (size_t i = 0; i < kNumSwitches; ++i) {
    if (switches_[i] != "preset") kSwitches[i].field(options) = switches_[i] == "on";
  }
  if (compat_ == "ftfy" && options.encoding.fix_mixed_encodings) {
    throw Error(ErrorKind::kUsage,
                "--compat ftfy goes with no --fix-mixed-encodings on, which ftfy does not have");
  }
  if (normalization_ == "none") options.normalization.reset();
  for (int form = 0; form < 4; ++form) {
    if (normalization_ == kForms[form]) options.normalization = static_cast<text::NormalForm>(form);
  }
  options.max_decode_length = max_decode_length_;
  return options;
}

}  // namespace owt::cleanup
