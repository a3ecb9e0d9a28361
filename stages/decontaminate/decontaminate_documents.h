#pragma once

#include <oneapi/tbb/enumerable_thread_specific.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "formats/document.h"
#include "pipeline/batch.h"
#include "pipeline/context.h"
#include "stages/decontaminate/count_keys.h"
#include "stages/decontaminate/cut_text.h"
#include "stages/decontaminate/ngram_keys.h"

namespace owt::decontaminate {

// What is done with a document that holds a key.
enum class Mode {
  kSplit,   // the pieces that are left are documents of their own
  kDrop,    // it goes
  kReport,  // it stays as it is and gets the field `contamination`
};

struct Rules {
  CutRules cut;
  uint64_t max_pieces = 10;  // a document of more goes
  Mode mode = Mode::kSplit;
  Compat compat = Compat::kNone;
  bool explain = false;
};

// Takes keys out of the documents of a batch. A piece is its document with another text and the
// field `split_id`: that of the document, or its address, or FILE-OFFSET, with -NNNN behind it from
// 0000 on; for Megatron also documents that stay whole have one, and it is
// [OLD-]TASKS-DOCUMENT-PIECE (the input's source must count lines). A document counts once in
// tally.out, its further pieces are noted as "pieces_added"; so are, in documents, "split",
// "trimmed" and "contaminated_by_TASK".
//
// With `explain` BatchResult::aux gets a line for each document that held a key:
//   {"file":F,"offset":N,"url":U,"outcome":"split"|"trimmed"|"dropped"|"reported","reason":R,
//    "removed":[{"task":T,"ngram":G,"ngrams":K,"match":[B,E],"cut":[B,E]},..],"pieces":[[B,E],..]}
// B and E are bytes of the text; reason is there where it was dropped, cut and pieces where it was
// to be split.
class DecontaminateDocuments : public BatchTransform {
 public:
  // `context` and `keys` must outlive the transform; keys name their tasks by index.
  DecontaminateDocuments(const RunContext& context, const NgramKeys& keys,
                         std::vector<std::string> tasks, const Rules& rules);

  void Apply(const Batch& batch, BatchResult* result) const override;

 private:
  struct Worker {
    DocumentParser parser;
    Document document;
    NgramSearch search;
    std::vector<Match> matches;
    CutText cut;
    std::string id;
  };

  // A record of a batch: bytes [begin, end), and its number in the input.
  struct Record {
    const Batch& batch;
    size_t begin, end;
    uint64_t number;
  };

  void CutOut(std::string_view text, Worker* worker) const;
  void Judge(const Record& record, Worker* worker, BatchResult* result) const;
  void Split(const Record& record, Worker* worker, BatchResult* result) const;
  void Drop(const Record& record, std::string_view reason, const Worker& worker,
            BatchResult* result) const;
  void WritePieces(std::string_view text, Worker* worker, BatchResult* result) const;
  bool MakeId(const Record& record, Worker* worker) const;
  void NoteTasks(const CutText& cut, BatchResult* result) const;
  void Explain(const Record& record, std::string_view outcome, std::string_view reason,
               const Worker& worker, BatchResult* result) const;
  std::string ReportJson(const CutText& cut) const;
  void AppendMatch(const Cut& cut, std::string* out) const;

  const RunContext& context_;
  const NgramKeys& keys_;
  const std::vector<std::string> tasks_;
  const Rules rules_;
  std::string task_names_;  // joined by -
  mutable oneapi::tbb::enumerable_thread_specific<Worker> workers_;
};

}  // namespace owt::decontaminate
