#pragma once

#include <cstddef>
#include <string>

#include "stages/filter/changes.h"
#include "stages/filter/findings.h"

namespace owt::filter {

// What rules say of a text, for people, on one line.

// "43 words, at least 50, bytes 0..210": value, threshold and the bytes of the text, `text_bytes`
// long, that it is about; no bytes where it is about the address.
std::string FindingText(const Finding& finding, size_t text_bytes);

// "fails gopher_short_doc: 43 words, at least 50; ..." of those that failed.
std::string FailuresText(const Findings& findings);

// "citation 2 times, first at byte 30; policy once, at byte 120"
std::string ChangesText(const Changes& changes);

}  // namespace owt::filter
