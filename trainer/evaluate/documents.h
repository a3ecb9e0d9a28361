#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "formats/document.h"
#include "formats/gpt_split.h"
#include "formats/indexed_dataset.h"
#include "trainer/commands/commands.h"
#include "trainer/evaluate/record_lines.h"

namespace owt::trainer {

// Sources of documents as ids: Next is a NextDocument.

// The sequences of one part (train, valid, test, all) of an indexed dataset.
class DatasetDocuments {
 public:
  DatasetDocuments(const std::string& prefix, const std::string& split, const std::string& part);

  bool Next(std::vector<uint32_t>* ids);

 private:
  formats::IndexedDataset data_;
  formats::SequenceRange range_;
};

// The texts of jsonl files, each ended by the end token. What is no document is refused.
class TextDocuments {
 public:
  TextDocuments(RecordLines* records, const std::string& text_key, EncodeText encode,
                uint32_t end_token)
      : records_(records),
        parser_({text_key, "url"}),
        encode_(std::move(encode)),
        end_token_(end_token) {}

  bool Next(std::vector<uint32_t>* ids);

  // Of the texts so far.
  const uint64_t* num_bytes() const { return &num_bytes_; }

 private:
  RecordLines* records_;
  DocumentParser parser_;
  EncodeText encode_;
  uint32_t end_token_;
  Document document_;
  uint64_t num_bytes_ = 0;
};

}  // namespace owt::trainer
