#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "formats/record_source.h"
#include "pipeline/batch.h"
#include "pipeline/context.h"

namespace owt::stages::merge {

// How `merge` reads a file: a record description of the scrape layout (meta/NAME.json beside
// data/NAME.txt) is no document; a name in .json, .jsonl or .ndjson, before a suffix of
// compression, or content that begins with '{' under any name but .txt, is lines of JSON;
// everything else is text, one document a file or, with `per_line`, one a line.
formats::RecordKind KindOf(const std::string& path, std::string_view first, bool per_line);

// The path of the description that belongs to a text of the scrape layout:
// "scraped/data/x.txt" -> "scraped/meta/x.json". Empty for other paths.
std::string DescriptionPath(const std::string& path);

// `paths` and the descriptions of the texts in them that they leave out: with "scraped/data/" those
// of "scraped/meta/", so that a change of one is a change of the input.
std::vector<std::string> WithDescriptions(std::vector<std::string> paths);

// Makes documents {"text", "url"} from the records of `source`. JSON passes through byte for byte.
// The address of a text is that in its description, else its path; of a line, the path with "#" and
// the line's byte offset. Line breaks at the end of a text are left out, and a byte order mark at
// its beginning. Drops "empty_text"; quarantines "invalid_utf8", "nul_in_text" and
// what is wrong with JSON (formats/document.h). Reads the description from disk; thread-safe.
class MergeTransform : public BatchTransform {
 public:
  // Both must outlive the transform.
  MergeTransform(const RunContext& context, const formats::RecordSource& source, bool per_line)
      : context_(context), source_(source), per_line_(per_line) {}

  void Apply(const Batch& batch, BatchResult* result) const override;

 private:
  void AddText(std::string_view text, std::string_view url, size_t begin, size_t end,
               BatchResult* result) const;
  void AddFile(const Batch& batch, const std::string& path, BatchResult* result) const;
  void AddJsonLines(const Batch& batch, BatchResult* result) const;
  void AddTextLines(const Batch& batch, const std::string& path, BatchResult* result) const;

  const RunContext& context_;
  const formats::RecordSource& source_;
  bool per_line_;
};

}  // namespace owt::stages::merge
