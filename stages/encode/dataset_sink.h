#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "formats/indexed_dataset_writer.h"
#include "formats/token_writer.h"
#include "pipeline/batch.h"
#include "pipeline/context.h"

namespace owt::encode {

// Further formats to write in the same pass, under names that begin with PREFIX_KEY_tokens.
struct AlsoWrite {
  std::vector<formats::TokenFormat> formats;
  uint32_t eot = 50256;
};

// Writes what EncodeDocuments makes: PREFIX_KEY_document.bin and .idx for every key, where PREFIX
// is the run's output. All or none of them appear under their names, the first key's last.
// Resumable. Fills context.outputs on Commit.
class DatasetSink : public Sink {
 public:
  DatasetSink(RunContext& context, const std::vector<std::string>& json_keys,
              formats::TokenType token_type, const AlsoWrite& also = {});

  void Put(BatchResult& result) override;
  std::string Checkpoint(std::vector<Fd>* unsynced) override;
  bool Restore(const std::string& state) override;
  void Commit() override;

 private:
  void Open(const std::vector<formats::IndexedDatasetState>& states);

  RunContext& context_;
  formats::TokenType token_type_;
  std::vector<formats::IndexedDatasetPaths> paths_;  // a key each
  std::vector<std::unique_ptr<formats::IndexedDatasetWriter>> writers_;
  std::vector<formats::TokenOutput> also_;  // those of the first key, then of the second, ...
  std::vector<std::unique_ptr<formats::TokenWriter>> also_writers_;
};

}  // namespace owt::encode
