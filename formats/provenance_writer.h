#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/buffered_output.h"
#include "pipeline/fd.h"

namespace owt::formats {

// How far a ProvenanceWriter has come.
struct ProvenanceState {
  uint64_t num_documents = 0;
  uint64_t num_files = 0;  // that gave a document
  uint64_t url_bytes = 0;
  uint64_t last_file = 0;  // number of the last such file

  bool operator==(const ProvenanceState&) const = default;

  // One line of text, and back; nothing when it is not such a line.
  std::string Text() const;
  static std::optional<ProvenanceState> Parse(std::string_view text);
};

// Writes a provenance file (layout in formats/provenance.h).
//
// Streams: memory does not grow with the documents. What has 16 bytes a document goes to the file
// as it comes; urls and files go to hidden spools beside it, and Commit puts them behind. Not
// thread-safe. Throws Error{kOutput} when the disk fails.
class ProvenanceWriter {
 public:
  // Starts over, or goes on at the state of an earlier Checkpoint. REQUIRES then: CanResume.
  explicit ProvenanceWriter(const std::string& path, const ProvenanceState& state = {});

  static bool CanResume(const std::string& path, const ProvenanceState& state);

  // The next document. Files have numbers, which never fall from document to document.
  void Add(uint64_t file, uint64_t offset, std::string_view url);

  ProvenanceState Checkpoint(std::vector<Fd>* unsynced);

  // `path_of` gives the path of a file by its number. Nothing may be added after it.
  void Commit(const std::function<std::string(uint64_t)>& path_of);

  const OutputFile& file() const { return entries_.file(); }

  const ProvenanceState& state() const { return state_; }

 private:
  static std::string UrlSpool(const std::string& path) { return path + ".urls"; }

  static std::string FileSpool(const std::string& path) { return path + ".files"; }

  void AppendFiles(const std::function<std::string(uint64_t)>& path_of);
  void AppendUrlsAndTail();

  std::string path_;
  ProvenanceState state_;
  uint64_t path_bytes_ = 0;  // from Commit on
  BufferedOutput entries_;
  BufferedOutput urls_;   // never committed
  BufferedOutput files_;  // pairs: first document, number; never committed
};

}  // namespace owt::formats
