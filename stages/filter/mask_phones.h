#pragma once

#include <string>
#include <string_view>

#include "stages/filter/changes.h"

namespace owt::filter {

// Puts " |||PHONE_NUMBER||| " in the place of white space and the ten digits of a North American
// number behind it, as dolma's PII taggers find them and its mixer replaces them: "(555) 123-4567",
// "555.123.4567". Digits and white space are those of ASCII. False, and *out as it was, if there is
// none. Linear.
bool MaskPhones(std::string_view text, std::string* out, Changes* changes);

}  // namespace owt::filter
