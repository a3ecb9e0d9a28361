#pragma once

#include <oneapi/tbb/enumerable_thread_specific.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/document.h"
#include "pipeline/batch.h"
#include "pipeline/context.h"
#include "stages/dedup/index.h"
#include "stages/dedup/lsh.h"
#include "stages/dedup/method.h"
#include "stages/dedup/verify.h"

namespace owt::dedup {

// The two passes over the input that come before its documents are copied: one sketches every
// document, one keeps the shingles of those that may be copies. The third is in filter.h.

// Reads the documents of a batch. Thread-safe: every thread has a parser of its own.
class DocumentReader {
 public:
  explicit DocumentReader(const RunContext& context)
      : workplaces_([keys = DocumentKeys{context.common.text_key, context.common.url_key}] {
          return Workplace{DocumentParser(keys), {}};
        }) {}

  // Parses bytes [begin, end) of the batch. Returns the reason for the quarantine or an empty text;
  // *document lives until this thread's next call.
  std::string_view Parse(const Batch& batch, size_t begin, size_t end, Document** document) const {
    Workplace& workplace = workplaces_.local();
    *document = &workplace.document;
    return workplace.parser.Parse(batch.bytes.view().substr(begin, end - begin),
                                  &workplace.document);
  }

 private:
  struct Workplace {
    DocumentParser parser;
    Document document;
  };

  mutable oneapi::tbb::enumerable_thread_specific<Workplace> workplaces_;
};

// Calls on_line(record, begin, end) for every line of the batch that is not blank, with its number
// in the input.
template <typename OnLine>
void ForEachNumberedLine(const Batch& batch, const OnLine& on_line) {
  const std::string_view bytes = batch.bytes.view();
  uint64_t record = batch.begin.record;
  for (size_t begin = 0; begin < bytes.size(); ++record) {
    size_t end = bytes.find('\n', begin);
    if (end == std::string_view::npos) end = bytes.size();
    const bool is_blank =
        bytes.substr(begin, end - begin).find_first_not_of(" \t\r") == std::string_view::npos;
    if (!is_blank) on_line(record, begin, end);
    begin = end + 1;
  }
}

// Pass 1: keys of texts and of bands into `index`. Throws Error{kResource} where that does not fit
// into --memory. `source` must count lines.
void SketchDocuments(RunContext& context, Source& source, const Method& method,
                     const DocumentReader& reader, Index* index);

// Which documents pass 2 keeps, and what of them.
enum class Wanted : uint8_t { kNothing, kUrl, kShingles };

// Shingle sets and addresses of documents, by number.
class Candidates {
 public:
  // Numbers must ascend.
  void Add(uint32_t document, std::string_view url, std::span<const uint64_t> shingles);

  // Empty where the document was not kept.
  ShingleSet SetOf(uint32_t document) const;
  std::string_view UrlOf(uint32_t document) const;

  uint64_t bytes() const {
    return shingles_.size() * sizeof(uint64_t) + urls_.size() + places_.size() * sizeof(Place);
  }

 private:
  struct Place {
    uint32_t document;
    uint64_t shingles_end;
    uint64_t url_end;
  };

  // Index into places_, or its size.
  size_t Find(uint32_t document) const;

  std::vector<Place> places_;
  std::vector<uint64_t> shingles_;
  std::string urls_;
};

// Pass 2. wanted[i] is of record i.
void CollectCandidates(RunContext& context, Source& source, const Method& method,
                       const DocumentReader& reader, const std::vector<Wanted>& wanted,
                       Candidates* candidates);

}  // namespace owt::dedup
