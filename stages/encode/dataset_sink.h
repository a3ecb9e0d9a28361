#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "formats/indexed_dataset_writer.h"
#include "formats/provenance_writer.h"
#include "formats/token_writer.h"
#include "pipeline/batch.h"
#include "pipeline/context.h"
#include "stages/encode/compat.h"
#include "stages/encode/provenance_block.h"

namespace owt::encode {

// Which files a run writes.
struct DatasetPlan {
  std::string prefix;  // the run's output
  std::vector<std::string> keys;
  Compat compat = Compat::kNone;
  bool split_sentences = false;
  bool provenance = false;  // NAME.provenance beside each dataset (formats/provenance.h)
  // Further formats to write in the same pass, under names that begin with PREFIX_KEY_tokens.
  std::vector<formats::TokenFormat> also;

  // All names, as far as they do not depend on the tokens.
  std::vector<std::string> Files() const;
};

// Writes what EncodeDocuments makes: a .bin and an .idx for every key. All or none of them appear
// under their names, the first key's last. Resumable. Fills context.outputs on Commit.
class DatasetSink : public Sink {
 public:
  DatasetSink(RunContext& context, DatasetPlan plan, formats::TokenType token_type,
              uint32_t eot = 50256);

  void Put(BatchResult& result) override;
  std::string Checkpoint(std::vector<Fd>* unsynced) override;
  bool Restore(const std::string& state) override;
  void Commit() override;

 private:
  // What one key has.
  struct Dataset {
    formats::IndexedDatasetPaths paths;
    std::vector<formats::TokenOutput> also;
    std::unique_ptr<formats::IndexedDatasetWriter> writer;
    std::unique_ptr<formats::ProvenanceWriter> provenance;  // with plan.provenance
    std::vector<std::unique_ptr<formats::TokenWriter>> also_writers;
  };

  void Open();
  void PutKey(Dataset& dataset, std::string_view tokens, std::string_view lengths,
              const ProvenanceView& provenance, BatchResult* result);
  bool RestoreKey(Dataset& dataset, std::string_view* rest);
  void AddOutputs(const Dataset& dataset);

  RunContext& context_;
  DatasetPlan plan_;
  formats::TokenType token_type_;
  std::vector<Dataset> datasets_;
  bool is_open_ = false;
  std::string kept_lengths_, document_lengths_;  // of the batch at hand
};

}  // namespace owt::encode
