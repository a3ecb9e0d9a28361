#pragma once

#include <cstdint>
#include <string>

#include "stages/verify/finding.h"

namespace owt::verify {

// Checks everything that a provenance file promises, and that it has as many documents as the
// dataset beside it. What is wrong is added to *finding, also where it cannot be opened.
void CheckProvenance(const std::string& path, uint64_t num_documents, Finding* finding);

}  // namespace owt::verify
