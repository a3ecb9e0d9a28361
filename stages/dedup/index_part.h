#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "stages/dedup/band_file.h"
#include "stages/dedup/record_set.h"

namespace owt::dedup {

// Where the files of a run are: its own, or those that an earlier one left in an index. Documents
// of all parts together are numbered in the order of the parts.
struct IndexPart {
  std::string folder;  // with its final '/'
  uint64_t begin = 0;  // number of its first record
  uint64_t size = 0;   // records

  std::string signed_prefix() const { return folder + "signed"; }

  std::string collected_prefix() const { return folder + "collected"; }
};

// A document that an earlier run removed, as the file "removals" of its part has it.
struct OldRemoval {
  uint32_t document = 0;      // counted from the first of its part
  uint32_t kept = 0;          // counted from the first of the part of the one that stayed,
  uint32_t parts_before = 0;  // which is so many parts before
};

// What earlier runs decided about their documents.
class OldDocuments {
 public:
  // Throws Error{kInput} where a part is damaged.
  explicit OldDocuments(std::vector<IndexPart> parts);

  const std::vector<IndexPart>& parts() const { return parts_; }

  // How many records there are: the number of the first of a run that goes on behind them.
  uint64_t size() const { return removed_.size(); }

  // Those that went.
  const RecordSet& removed() const { return removed_; }

  // Calls on_removal(document, the one that stayed) for each that went.
  void ForEachRemoval(const std::function<void(uint32_t, uint32_t)>& on_removal) const;

  // The index of the part that a document is in.
  size_t PartOf(uint32_t document) const;

 private:
  std::vector<IndexPart> parts_;
  RecordSet removed_;
};

// An index: a folder of parts, 000000, 000001, ..., each of one run of `owt dedup --lsh --index`:
// its band files, the shingles of its documents, and what it removed. No part knows its number, so
// that the parts of one index may be moved behind those of another.
class IndexFolder {
 public:
  // An absent folder is an empty index. A last part made by the run of this fingerprint, which died
  // before it was on record, is none of parts(). Throws Error{kUsage} where a part was made by
  // another method than `header` says, Error{kInput} where it is damaged.
  IndexFolder(std::string path, const BandFileHeader& header, std::string_view fingerprint);

  const std::vector<IndexPart>& parts() const { return parts_; }

  // Turns `folder`, on the same file system, into the part behind parts(). Throws Error{kOutput};
  // Error{kUsage} where another run has added a part meanwhile.
  void Publish(const std::string& folder) const;

 private:
  std::string NameOf(size_t part) const;

  std::string path_;
  std::vector<IndexPart> parts_;
  bool last_is_ours_ = false;
};

// What a part says about its documents beside its band files.
void WriteRecordSet(const std::string& path, const RecordSet& set);
RecordSet ReadRecordSet(const std::string& path, uint64_t size);

}  // namespace owt::dedup
