#pragma once

#include <string>

namespace owt::formats {

// What kind of file of ours a path names.
enum class FileKind {
  kIndexedDataset,  // NAME.bin, NAME.idx, NAME.provenance, or NAME where the first two exist
  kTokens,          // tokens of nanoGPT's, llm.c's or datatrove's: see formats/token_format.h
  kManifest,        // the account of a run: NAME.manifest.json, or what --stats wrote
  kSideLines,       // records that left the road: quarantine or dropped, one JSON object a line
  kDocuments,       // jsonl, compressed or not
  kUrlList,         // a URL a line, compressed or not
  kUnknown,
};

// As it stands in messages.
const char* FileKindName(FileKind kind);

// By name where the name decides, by the first line otherwise. Reads 64 KiB at most. Throws
// Error{kInput} when the file cannot be read or is empty.
FileKind ProbeFileKind(const std::string& path);

}  // namespace owt::formats
