#include "stages/convert/convert_sink.h"

#include <utility>

namespace owt::convert {

ConvertSink::ConvertSink(RunContext& context, formats::TokenOutput output)
    : context_(context), output_(std::move(output)) {}

void ConvertSink::Put(BatchResult& result) {
  if (writer_ == nullptr) writer_ = formats::MakeTokenWriter(output_);
  if (!result.aux.empty()) writer_->AddDocuments(result.bytes, result.aux);
}

std::string ConvertSink::Checkpoint(std::vector<Fd>* unsynced) {
  return writer_ == nullptr ? std::string() : writer_->Checkpoint(unsynced);
}

bool ConvertSink::Restore(const std::string& state) {
  writer_ = formats::MakeTokenWriter(output_, state);
  return writer_ != nullptr;
}

void ConvertSink::Commit() {
  if (writer_ == nullptr) writer_ = formats::MakeTokenWriter(output_);
  writer_->Commit();
  context_.outputs = writer_->outputs();
}

}  // namespace owt::convert
