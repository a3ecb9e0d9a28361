#pragma once

#include <string_view>

namespace owt {

// The only way to standard error. Whole texts, unbuffered; failures are ignored.
void WriteError(std::string_view text);

}  // namespace owt
