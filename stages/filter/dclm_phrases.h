#pragma once

#include <string>
#include <string_view>

namespace owt::filter {

// What DCLM's line removers look for in one line, which must be valid UTF-8 without "\n". Where
// Python's patterns are meant, they see Unicode.

// Whether the line is a counter: ^\W*\d(?:,|\.|\d)*[kmb]?\s+(likes|shares|...)\W*$ in lower case.
// *scratch is used.
bool IsCounterLine(std::string_view line, std::string* scratch);

// Each returns true if it took the phrase out of the line, and what stays in *rest, which is left
// alone otherwise. A and a are the same.
bool CutItemsInCart(std::string_view line, std::string* rest);  // \s?items in cart, all of them
bool CutReadMore(std::string_view line, std::string* rest);     // \s?read more...$, any characters
bool CutSignIn(std::string_view line, std::string* rest);       // ^sign-in\s?

}  // namespace owt::filter
