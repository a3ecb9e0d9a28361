#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "formats/document.h"

namespace owt::dedup {

// How a document is called in lines that many processes write (docs/dedup-lines.md): each of them
// sees a part of the corpus, and a name must mean one document everywhere.
struct IdRule {
  std::string key;     // the field that holds it; empty: the address
  std::string prefix;  // not empty: this, and the record's number in the input in 12 digits
};

// Puts the id of the document in line `record` of the input into *id. Returns the reason why it has
// none, or an empty text: "no_id" where the field is missing or empty, "bad_id" where it is neither
// a text nor a number, or no field of a line (IsLineField).
std::string_view DocumentId(const IdRule& rule, const Document& document, uint64_t record,
                            std::string* id);

}  // namespace owt::dedup
