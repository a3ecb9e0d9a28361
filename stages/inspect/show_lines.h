#pragma once

#include <cstdint>
#include <string>

#include "formats/document.h"
#include "formats/file_kind.h"
#include "pipeline/batch.h"

namespace owt::inspect {

// What a file of lines holds: how many there are, the first `head` of them, and for records that
// left the road how many there are of each reason. Reads all of `lines`.
std::string ShowLines(formats::FileKind kind, const std::string& path, const DocumentKeys& keys,
                      uint64_t head, Source& lines);

// Line number `wanted` from 0: the whole text of a document, or another line as it is. Throws
// Error{kUsage} when there are not so many, Error{kInput} when it is not a document.
std::string LineText(formats::FileKind kind, const std::string& path, const DocumentKeys& keys,
                     uint64_t wanted, Source& lines);

}  // namespace owt::inspect
