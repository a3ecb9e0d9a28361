#include "trainer/evaluate/documents.h"

namespace owt::trainer {

DatasetDocuments::DatasetDocuments(const std::string& prefix, const std::string& split,
                                   const std::string& part)
    : data_(formats::IndexedDatasetPaths::Of(prefix)) {
  const auto count = static_cast<int64_t>(data_.num_sequences());
  const formats::GptSplit parts = formats::SplitSequences(split, count);
  range_ = part == "all"     ? formats::SequenceRange{0, count}
           : part == "train" ? parts[0]
           : part == "valid" ? parts[1]
                             : parts[2];
}

bool DatasetDocuments::Next(std::vector<uint32_t>* ids) {
  if (range_.begin == range_.end) return false;
  const formats::TokenView tokens = data_.sequence(static_cast<uint64_t>(range_.begin++));
  ids->resize(tokens.size());
  tokens.CopyTo(ids->data());
  return true;
}

bool TextDocuments::Next(std::vector<uint32_t>* ids) {
  std::string_view line;
  while (records_->Next(&line)) {
    const std::string_view reason = parser_.Parse(line, &document_);
    if (reason.empty()) {
      *ids = encode_(document_.text());
      ids->push_back(end_token_);
      num_bytes_ += document_.text().size();
      return true;
    }
    records_->Refuse(reason);
  }
  return false;
}

}  // namespace owt::trainer
