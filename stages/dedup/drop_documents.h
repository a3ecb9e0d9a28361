#pragma once

#include <string>

#include "pipeline/context.h"
#include "stages/dedup/document_id.h"
#include "stages/dedup/drop_list.h"

namespace owt::dedup {

// Whose names a DropList has.
struct DropRule {
  IdRule ids;
  // Of documents: those without an id are quarantined, as by WriteBandLines. Otherwise the ids are
  // addresses as they are, and documents without one stay.
  bool needs_id = false;
};

// Copies the documents that are not on the list, byte for byte, in one pass, so that a pipe will
// do; drops the others as "duplicate". Resumable. Lines of `explain_path`, one for each document
// dropped:
//   {"record":N,"offset":B,"file":F,"url":U,"reason":"duplicate","id":I,"kept_id":I}
void DropDocuments(RunContext& context, const DropList& list, const DropRule& rule,
                   const std::string& explain_path);

}  // namespace owt::dedup
