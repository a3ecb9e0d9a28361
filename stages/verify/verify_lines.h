#pragma once

#include <string>

#include "formats/document.h"
#include "pipeline/context.h"
#include "stages/verify/finding.h"

namespace owt::verify {

// Reads every line of a jsonl file, in parallel: each must be a document by DocumentParser's rules,
// none too large, and there must be one at least.
Finding VerifyDocuments(const std::string& path, const DocumentKeys& keys, RunContext& context);

// Every line of a quarantine or drop file must be one as AppendSideLine writes it.
Finding VerifySideLines(const std::string& path, RunContext& context);

}  // namespace owt::verify
