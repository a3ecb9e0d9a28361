#include "trainer/data/gpt_dataset.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "pipeline/error.h"

namespace owt::trainer {

GptDataset::GptDataset(const formats::IndexedDataset& data, formats::GptIndex index, int64_t vocab)
    : data_(&data), index_(std::move(index)), vocab_(vocab) {}

void GptDataset::Sample(int64_t i, std::span<int64_t> out) const {
  const uint32_t place = index_.shuffle_idx[static_cast<size_t>(i)];
  if (place >= index_.shape.num_samples) FailIndex(i);
  formats::SamplePosition at = index_.sample_idx[place];
  for (size_t done = 0; done < out.size(); ++at.doc, at.offset = 0) {
    if (at.doc < 0 || at.doc >= index_.shape.num_docs) FailIndex(i);
    const auto sequence = static_cast<uint64_t>(index_.doc_idx[static_cast<size_t>(at.doc)]);
    if (sequence >= data_->num_sequences()) FailIndex(i);
    const formats::TokenView tokens = data_->sequence(sequence);
    if (at.offset < 0 || static_cast<size_t>(at.offset) > tokens.size()) FailIndex(i);
    const auto first = static_cast<size_t>(at.offset);
    const size_t count = std::min(tokens.size() - first, out.size() - done);
    tokens.Part(first, count).CopyTo(out.data() + done);
    CheckIds(out.subspan(done, count), sequence, first);
    done += count;
  }
}

void GptDataset::CheckIds(std::span<const int64_t> ids, uint64_t sequence, size_t first) const {
  for (size_t k = 0; k < ids.size(); ++k) {
    if (ids[k] >= 0 && ids[k] < vocab_) continue;
    throw Error(ErrorKind::kInput,
                fmt::format("token {} of sequence {} is {}, but the vocabulary has {} ids; was it "
                            "encoded with another tokenizer?",
                            first + k, sequence, ids[k], vocab_),
                data_->paths().bin);
  }
}

// The index is a file that others can write, and its checksum is no secret.
void GptDataset::FailIndex(int64_t sample) const {
  throw Error(
      ErrorKind::kInput,
      fmt::format("the cached index of sample {} points outside the data; remove it", sample),
      data_->paths().idx);
}

}  // namespace owt::trainer
