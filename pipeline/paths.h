#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pipeline/context.h"

namespace owt {

// The files that `paths` name, in a fixed order: a file stands for itself, a folder for all regular
// files below it, a pattern (* ? [..]) for its matches, each sorted by bytes; "-" is stdin. Hidden
// files, manifests and quarantine files in folders are left out. Throws Error{kInput} for a path
// that does not exist or matches nothing, and for a folder that an unfinished run was writing.
std::vector<InputRecord> ExpandInputs(const std::vector<std::string>& paths);

// "a/merged.json" + "dedup" -> "a/merged.dedup.json"; "x.jsonl.zst" -> "x.dedup.jsonl.zst".
std::string NameBeside(const std::string& input, std::string_view stage);

// "corpus" for "corpus" and for "corpus.jsonl.zst": what names made from it begin with.
std::string_view PrefixOf(std::string_view output);

}  // namespace owt
