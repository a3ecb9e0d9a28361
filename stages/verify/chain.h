#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "pipeline/manifest.h"
#include "stages/verify/finding.h"

namespace owt::verify {

// The manifests of a corpus as a chain: what one stage read is what the one before it wrote.
// One object serves a whole verification, so that every file is read once. Not thread-safe.
class Chain {
 public:
  // Each input that `manifest` records, but stdin, must have the recorded size, and the recorded
  // hash where there is one:
  //   on disk; a file that is no longer there is a note;
  //   in the manifest of the stage that wrote it, if that stands beside it or a folder above.
  // Files are looked for where they were relative to the manifest, so that a corpus can be moved.
  // Throws Error{kInput} where a manifest before cannot be read.
  void CheckInputs(const std::string& manifest_path, const Manifest& manifest, Finding* finding);

  // XXH3-64 of a file.
  uint64_t HashOf(const std::string& path);

 private:
  // What a stage wrote, and which.
  struct Origin {
    std::string manifest_path, stage;
    OutputRecord output;
  };

  void CheckOrigin(const InputRecord& input, const std::string& place, const std::string& stage,
                   Finding* finding);
  const Origin* OriginOf(const std::string& place);
  const std::map<std::string, Origin>& OutputsOf(const std::string& manifest_path);

  std::map<std::string, uint64_t> hashes_;
  std::map<std::string, std::map<std::string, Origin>> outputs_;  // by manifest, then by place
};

}  // namespace owt::verify
