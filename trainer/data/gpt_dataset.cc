#include "trainer/data/gpt_dataset.h"

#include <fmt/format.h>

#include <algorithm>

#include "pipeline/error.h"

namespace owt::trainer {

GptDataset::GptDataset(const formats::IndexedDataset& data, std::span<const int32_t> lengths,
                       formats::SequenceRange range, const formats::GptIndexOptions& options,
                       int64_t vocab)
    : data_(data), index_(formats::BuildGptIndex(lengths, range, options)), vocab_(vocab) {
  if (index_.num_samples() < options.num_samples) {
    throw Error(ErrorKind::kInput,
                fmt::format("sequences {} to {} make {} samples of {} tokens, and {} are needed",
                            range.begin, range.end, index_.num_samples(), options.sequence_length,
                            options.num_samples),
                data.paths().idx);
  }
}

void GptDataset::Sample(int64_t i, std::span<int64_t> out) const {
  formats::SamplePosition at = index_.sample_idx[index_.shuffle_idx[static_cast<size_t>(i)]];
  for (size_t done = 0; done < out.size(); ++at.doc, at.offset = 0) {
    const auto sequence = static_cast<uint64_t>(index_.doc_idx[static_cast<size_t>(at.doc)]);
    const formats::TokenView tokens = data_.sequence(sequence);
    const auto first = static_cast<size_t>(at.offset);
    const size_t count = std::min(tokens.size() - first, out.size() - done);
    tokens.Part(first, count).CopyTo(out.data() + done);
    for (size_t k = 0; k < count; ++k) {
      const int64_t id = out[done + k];
      if (id < 0 || id >= vocab_) {
        throw Error(ErrorKind::kInput,
                    fmt::format("token {} of sequence {} is {}, but the vocabulary has {} ids; was "
                                "it encoded with another tokenizer?",
                                first + k, sequence, id, vocab_),
                    data_.paths().bin);
      }
    }
    done += count;
  }
}

}  // namespace owt::trainer
