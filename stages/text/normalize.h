#pragma once

#include <string>
#include <string_view>

namespace owt::text {

enum class NormalForm { kNfc, kNfd, kNfkc, kNfkd };

// A Unicode normal form by the installed ICU. Returns false, with `out` unspecified, if `text` is
// in that form already, which for all but hostile text is found without writing. Linear, also on
// runs of combining marks without end, which ICU alone would sort in quadratic time. REQUIRES:
// valid UTF-8, less than 2 GiB.
bool Normalize(NormalForm form, std::string_view text, std::string* out);

inline bool NormalizeNfc(std::string_view text, std::string* out) {
  return Normalize(NormalForm::kNfc, text, out);
}

// True for a character that, next to any others of which this is true, is in that form: a text of
// such characters alone is normal.
bool IsNormalAnywhere(NormalForm form, char32_t code_point);

}  // namespace owt::text
