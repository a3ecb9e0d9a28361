#pragma once

#include <optional>
#include <string>

#include "formats/mapped_file.h"
#include "formats/ngram_builder.h"
#include "formats/ngram_tables.h"

namespace owt::formats {

// A model of n-grams: an ARPA file, compressed or not, which is read into memory (ngram_builder.h
// says how much), or a binary file of KenLM's probing hash tables, which is mapped. Immutable; one
// serves all threads.
class NgramModel {
 public:
  // Sees by the first bytes which of the two it is. Throws Error{kInput} (arpa_reader.h,
  // kenlm_binary.h).
  explicit NgramModel(const std::string& path);

  const NgramTables& tables() const { return tables_; }

 private:
  std::optional<MappedFile> file_;       // either
  std::optional<NgramBuilder> entries_;  // or
  NgramTables tables_;                   // of it
};

}  // namespace owt::formats
