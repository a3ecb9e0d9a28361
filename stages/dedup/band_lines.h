#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "pipeline/context.h"
#include "stages/dedup/document_id.h"
#include "stages/dedup/method.h"

namespace owt::dedup {

// The first step of the line protocol (docs/dedup-lines.md): documents in, for each of them a line
// of every band of its signature and one of its text out:
//   KEY TAB ID
// KEY is the band's number in 4 and the band's key in 16 hex digits; for the text "ffff" and its
// XXH3_128bits in 32. A text without a signature has the latter only, and so have all where
// `method` is of exact copies only. One pass, so that a pipe will do. Resumable.
//
// tally.out counts documents; their lines are noted as "band_lines". Documents without an id are
// quarantined, as DocumentId says.
void WriteBandLines(RunContext& context, const Method& method, const IdRule& ids);

// Appends the lines of one document.
void AppendBandLines(std::string_view text, std::span<const uint64_t> band_keys,
                     std::string_view id, std::string* out);

}  // namespace owt::dedup
