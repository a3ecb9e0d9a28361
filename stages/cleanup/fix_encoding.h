#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "stages/cleanup/plan.h"

namespace owt::cleanup {

// Undoes mojibake: text that was UTF-8 and was decoded as something else, once or several times
// over. ftfy 6.3.1's fix_encoding; names and defaults are those of its TextFixerConfig.
struct EncodingOptions {
  bool restore_byte_a0 = true;
  bool replace_lossy_sequences = true;
  bool decode_inconsistent_utf8 = true;
  bool fix_c1_controls = true;
  // Not of ftfy: where the whole is not mojibake, parts of it that one page each decodes
  // (mixed_encodings.h).
  bool fix_mixed_encodings = false;
  // As ftfy: of a line that ends in a lone C0 or half of a surrogate pair the line feed is taken
  // for the byte that is missing, and lost.
  bool final_line_feed = false;
};

// What the repairs of a text share, and room that is used again from text to text.
struct EncodingWorkplace {
  // Each decoding takes as many as the text has; where too few are left the text stays as it is. So
  // hostile text, in which one decoding makes the next possible, takes linear time.
  uint64_t bytes_left = 0;
  std::string fixed, bytes;
};

// What to give *work, by the bytes of a text: more decodings of it than anyone undoes.
inline constexpr uint64_t kMaxDecodings = 32;

// Repairs *text, adding what it did to *plan where that is not null; true if that changed it. It
// changes only what IsBad says of. REQUIRES: valid UTF-8.
bool FixEncoding(const EncodingOptions& options, std::string* text, Plan* plan,
                 EncodingWorkplace* work);

// Whether `text` looks like mojibake (badness.h).
bool IsBad(std::string_view text);

// Each C1 control becomes the character of windows-1252 that has its byte, if one does. Returns
// false, and leaves `out` alone, if there is nothing to change.
bool FixC1Controls(std::string_view text, std::string* out);

}  // namespace owt::cleanup
