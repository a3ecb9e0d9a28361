#pragma once

#include <memory>
#include <string>

#include "formats/token_writer.h"
#include "pipeline/batch.h"
#include "pipeline/context.h"

namespace owt::convert {

// Hands what ConvertDocuments makes to the writer of the output's format. Resumable. Fills
// context.outputs on Commit.
class ConvertSink : public Sink {
 public:
  // `context` must outlive the sink.
  ConvertSink(RunContext& context, formats::TokenOutput output);

  void Put(BatchResult& result) override;
  std::string Checkpoint(std::vector<Fd>* unsynced) override;
  bool Restore(const std::string& state) override;
  void Commit() override;

 private:
  RunContext& context_;
  formats::TokenOutput output_;
  std::unique_ptr<formats::TokenWriter> writer_;
};

}  // namespace owt::convert
