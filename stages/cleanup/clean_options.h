#pragma once

#include <cstdint>
#include <optional>

#include "stages/cleanup/fix_encoding.h"
#include "stages/text/normalize.h"

namespace owt::cleanup {

enum class UnescapeHtml {
  kNever,
  kAuto,  // up to the text's first segment with a "<": where there are tags, references are markup
  kAlways,
};

// Which steps run. Names and defaults are those of ftfy 6.3.1's TextFixerConfig.
struct CleanOptions {
  UnescapeHtml unescape_html = UnescapeHtml::kAuto;
  bool fix_encoding = true;
  EncodingOptions encoding = {};  // fix_c1_controls is a step of its own, too
  bool fix_latin_ligatures = true;
  bool fix_character_width = true;
  bool uncurl_quotes = true;
  bool fix_line_breaks = true;
  bool fix_surrogates = true;  // for the reader of records: UTF-8 has none
  bool remove_terminal_escapes = true;
  bool remove_control_chars = true;
  std::optional<text::NormalForm> normalization = text::NormalForm::kNfc;
  uint64_t max_decode_length = 1000000;  // code points in a segment
};

}  // namespace owt::cleanup
