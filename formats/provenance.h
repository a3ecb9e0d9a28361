#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "formats/mapped_file.h"

namespace owt::formats {

// Where the documents of a dataset come from: NAME.provenance beside NAME.bin and NAME.idx. All
// numbers are u64, little endian: D documents, F source files, P and U bytes of paths and urls.
//
//   offset          content
//   0               D pairs: byte offset of the record in its decoded file; end of its url in U
//   16D             F pairs: the first document of this file; end of its path in P
//   16D + 16F       P bytes: the paths one behind the other
//   16D + 16F + P   U bytes: the urls one behind the other
//   the last 48     D, F, P, U, version (1), "OWTPROV\0"
//
// The files are those that gave a document, in the order of the documents. A url or path begins
// where the one before ends. A record without a url has an empty one.

inline constexpr std::string_view kProvenanceMagic{"OWTPROV\0", 8};
inline constexpr uint64_t kProvenanceVersion = 1;
inline constexpr uint64_t kProvenanceTailBytes = 48;

// Beside the dataset: "x_text_document.idx" (or .bin, or without either) has
// "x_text_document.provenance".
std::string ProvenancePath(std::string_view dataset);

// Reads such a file through mmap. Opening checks the tail and that the sizes add up; the rest is
// checked where it is read, and by Problems at once. Thread-safe.
class Provenance {
 public:
  // Throws Error{kInput} with file, offset and problem.
  explicit Provenance(std::string path);

  struct Origin {
    std::string_view file;
    uint64_t offset = 0;  // in the decoded file
    std::string_view url;
  };

  // Throws Error{kInput} where the numbers point outside. REQUIRES: document < num_documents().
  Origin Of(uint64_t document) const;

  uint64_t num_documents() const { return num_documents_; }

  uint64_t num_files() const { return num_files_; }

  // What is wrong with the numbers, a sentence each with its offset; the first kMaxProblems at
  // most. Reads the file once, but for the strings.
  std::vector<std::string> Problems() const;

 private:
  uint64_t Load(uint64_t offset) const;

  uint64_t DocumentOffset(uint64_t document) const { return 16 * document; }

  uint64_t FileOffset(uint64_t file) const { return 16 * (num_documents_ + file); }

  std::string_view String(uint64_t pair, bool is_first, uint64_t begin, uint64_t size) const;
  uint64_t FileOf(uint64_t document) const;

  MappedFile file_;
  uint64_t num_documents_ = 0;
  uint64_t num_files_ = 0;
  uint64_t path_bytes_ = 0;
  uint64_t url_bytes_ = 0;
};

}  // namespace owt::formats
