#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "formats/document.h"
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

  // As DocumentId; *id is empty where a document without one stays.
  std::string_view Id(const Document& document, uint64_t record, std::string* id) const;
};

// Copies the documents that are not on the list, byte for byte; drops the others as "duplicate".
// Resumable. One pass, so that a pipe will do. Where the list does not fit into memory there is a
// pass before that for the documents' ids, which are joined with it by a sort of 24 bytes each;
// then a pipe is refused with Error{kResource}. Lines of `explain_path`, one for each document
// dropped:
//   {"record":N,"offset":B,"file":F,"url":U,"reason":"duplicate","id":I,"kept_id":I}
void DropDocuments(RunContext& context, DropList* list, const DropRule& rule,
                   const std::string& explain_path);

}  // namespace owt::dedup
