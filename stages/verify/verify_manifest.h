#pragma once

#include <string>

#include "stages/verify/chain.h"
#include "stages/verify/finding.h"

namespace owt::verify {

// Checks the account of a run against what is on disk:
//   the ledger's sum: in = out + dropped + quarantined
//   every input that is still there, and the manifest of the stage that wrote it (chain.h)
//   every output: it exists, and has the recorded bytes and xxh3
//   documents in the .idx files, with those that one key left out, and the sum of the records of
//   lines = out; provenance files
//   the quarantine file beside the output: as many lines of each reason as the ledger says
// Outputs are looked for beside the manifest first, so that a corpus can be moved. Reads every
// input and output once. Throws Error{kInput} when the manifest cannot be read.
Finding VerifyManifest(const std::string& path, Chain& chain);

}  // namespace owt::verify
