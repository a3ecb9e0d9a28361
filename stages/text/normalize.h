#pragma once

#include <string>
#include <string_view>

namespace owt::text {

// Unicode NFC by the installed ICU. Returns false, with `out` unspecified, if `text` is in that
// form already, which for all but hostile text is found without writing. Linear, also on runs of
// combining marks without end, which ICU alone would sort in quadratic time. REQUIRES: valid UTF-8,
// less than 2 GiB.
bool NormalizeNfc(std::string_view text, std::string* out);

}  // namespace owt::text
