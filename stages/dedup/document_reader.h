#pragma once

#include <oneapi/tbb/enumerable_thread_specific.h>

#include <cstdint>
#include <string_view>

#include "formats/document.h"
#include "pipeline/batch.h"
#include "pipeline/context.h"

namespace owt::dedup {

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

}  // namespace owt::dedup
