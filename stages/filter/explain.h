#pragma once

#include <string>

#include "formats/document.h"
#include "pipeline/transform.h"
#include "stages/filter/judge.h"

namespace owt::filter {

// Appends members of a JSON object that say why `judge` dropped a document or what it changed;
// nothing where it did neither:
//   "outcome":"dropped","rule":R,"value":V,"threshold":T
//   "outcome":"changed","changes":[{"rule":R,"count":C,"position":P},..]
// `position` counts bytes of the text that the rule was given, where it changed that first.
void AppendOutcome(const Judge& judge, const Document& document, const Verdict& verdict,
                   std::string* members);

}  // namespace owt::filter
