#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/fd.h"
#include "pipeline/output_file.h"
#include "stages/dedup/record_set.h"

namespace owt::dedup {

// A set of shingle hashes, sorted and without repetition.
using ShingleSet = std::span<const uint64_t>;

// What the second pass keeps of a document: what it takes to compare it and to name it.
struct DocumentFacts {
  uint64_t rank = 0;  // of two documents of a cluster the one with more stays (keep_rule.h)
  std::string_view url;
  ShingleSet shingles;  // empty where only the rest was asked for
};

// Two files of numbers, the lowest byte first: PREFIX.sets has for each document, in their order,
// the rank, 8 bytes; the sizes of address and shingles, 4 bytes each; the shingles, 8 bytes each;
// the address. PREFIX.places has the end of each in PREFIX.sets, 8 bytes.

// Writes both. All or none of them appear. Not thread-safe.
class SetWriter {
 public:
  // Goes on where `documents` are written and PREFIX.sets has `bytes`; 0 and 0 start over.
  // REQUIRES: CanResume, otherwise.
  SetWriter(const std::string& prefix, uint64_t documents, uint64_t bytes);

  static bool CanResume(const std::string& prefix, uint64_t documents, uint64_t bytes);

  // Appends records as AppendFacts made them.
  void Add(std::string_view records);

  void Keep(std::vector<Fd>* unsynced);
  void Commit();

  uint64_t documents() const { return places_.bytes() / sizeof(uint64_t); }

  uint64_t bytes() const { return sets_.bytes(); }

 private:
  OutputFile sets_, places_;
};

// One record of PREFIX.sets.
void AppendFacts(const DocumentFacts& facts, std::string* to);

// Reads both at random. Thread-safe.
class SetFile {
 public:
  // Owns what DocumentFacts point to, until the next Read.
  class Buffer {
    friend class SetFile;
    std::vector<uint64_t> words_;
  };

  // One pair of files: of records from `begin` on, those of `documents`, sealed, counted from 0.
  struct Source {
    std::string prefix;
    uint64_t begin;
    const RecordSet* documents;  // must outlive the object
  };

  // At least one source; they ascend. Throws Error{kInput} where files do not fit to the documents.
  explicit SetFile(const std::vector<Source>& sources);

  bool Has(uint32_t document) const;

  // REQUIRES: one of the documents. Throws Error{kInput} where the files are damaged.
  DocumentFacts Read(uint32_t document, Buffer* buffer) const;

 private:
  struct Files {
    Source source;
    Fd sets, places;
  };

  const Files& FilesOf(uint32_t document) const;

  std::vector<Files> files_;
};

}  // namespace owt::dedup
