// Lets the conformance scripts use the formats directly.
//
//   format_probe vocabulary                     one line per id: the token's bytes in hex
//   format_probe write PREFIX uint16|int32      documents on stdin (u32 count, then u32 each token)
//                                               become PREFIX.bin and PREFIX.idx
//   format_probe read PREFIX                    sequences to stdout, in the same form
//   format_probe split SHARES N 2023|2025       the three parts: "begin end" each
//   format_probe index PREFIX BEGIN END SAMPLES LENGTH SEED
//                                               doc_idx, sample_idx, shuffle_idx to stdout, each as
//                                               a u64 size in bytes and the raw array
//   format_probe blend SAMPLES WEIGHT...        dataset_index and dataset_sample_index in that form

#include <cstdint>
#include <cstdio>
#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/gpt2_vocab.h"
#include "formats/gpt_blend.h"
#include "formats/gpt_index.h"
#include "formats/gpt_split.h"
#include "formats/indexed_dataset.h"
#include "formats/indexed_dataset_writer.h"

namespace owt::formats {
namespace {

template <class T>
void Put(const T* values, size_t count) {
  std::fwrite(values, sizeof(T), count, stdout);
}

bool ReadDocument(std::vector<uint32_t>* document) {
  uint32_t count;
  if (std::fread(&count, sizeof(count), 1, stdin) != 1) return false;
  document->resize(count);
  return std::fread(document->data(), sizeof(uint32_t), count, stdin) == count;
}

void PrintVocabulary() {
  const Gpt2Vocab vocab = Gpt2Vocab::Embedded();
  for (uint32_t id = 0; id < vocab.size(); ++id) {
    for (const char byte : vocab.token_bytes(id)) std::printf("%02x", static_cast<uint8_t>(byte));
    std::printf("\n");
  }
}

void WriteDataset(std::string_view prefix, std::string_view type) {
  IndexedDatasetWriter writer(IndexedDatasetPaths::Of(prefix),
                              type == "uint16" ? TokenType::kUint16 : TokenType::kInt32);
  std::vector<uint32_t> document;
  while (ReadDocument(&document)) writer.AddDocument(document);
  writer.Commit();
}

void ReadDataset(std::string_view prefix) {
  const IndexedDataset dataset(IndexedDatasetPaths::Of(prefix));
  std::vector<uint32_t> tokens;
  for (uint64_t k = 0; k < dataset.num_sequences(); ++k) {
    const TokenView view = dataset.sequence(k);
    tokens.resize(view.size());
    view.CopyTo(tokens.data());
    const auto count = static_cast<uint32_t>(tokens.size());
    Put(&count, 1);
    Put(tokens.data(), tokens.size());
  }
}

void PrintSplit(std::string_view shares, int64_t count, std::string_view year) {
  const auto rounding =
      year == "2023" ? SplitRounding::kMegatron2023 : SplitRounding::kMegatron2025;
  for (const SequenceRange& part : SplitSequences(shares, count, rounding)) {
    std::printf("%lld %lld\n", static_cast<long long>(part.begin),
                static_cast<long long>(part.end));
  }
}

template <class T>
void PutArray(std::span<const T> values) {
  const uint64_t bytes = values.size_bytes();
  Put(&bytes, 1);
  Put(values.data(), values.size());
}

void PrintIndex(const std::vector<std::string>& arguments) {
  const IndexedDataset dataset(IndexedDatasetPaths::Of(arguments[0]));
  const GptIndexOptions options{std::stoll(arguments[3]), std::stoll(arguments[4]),
                                static_cast<uint32_t>(std::stoul(arguments[5]))};
  const GptIndex index = BuildGptIndex(
      SequenceLengths(dataset), {std::stoll(arguments[1]), std::stoll(arguments[2])}, options);
  PutArray(index.doc_idx);
  PutArray(index.sample_idx);
  PutArray(index.shuffle_idx);
}

void PrintBlend(const std::vector<std::string>& arguments) {
  std::vector<double> weights;
  for (size_t i = 1; i < arguments.size(); ++i) weights.push_back(std::stod(arguments[i]));
  const GptBlend blend = BuildGptBlend(weights, std::stoll(arguments[0]));
  PutArray(std::span<const int16_t>(blend.dataset_index));
  PutArray(std::span<const int64_t>(blend.dataset_sample_index));
}

int Answer(const std::string& question, const std::vector<std::string>& arguments) {
  if (question == "vocabulary" && arguments.empty()) {
    PrintVocabulary();
  } else if (question == "write" && arguments.size() == 2) {
    WriteDataset(arguments[0], arguments[1]);
  } else if (question == "read" && arguments.size() == 1) {
    ReadDataset(arguments[0]);
  } else if (question == "split" && arguments.size() == 3) {
    PrintSplit(arguments[0], std::stoll(arguments[1]), arguments[2]);
  } else if (question == "index" && arguments.size() == 6) {
    PrintIndex(arguments);
  } else if (question == "blend" && arguments.size() >= 2) {
    PrintBlend(arguments);
  } else {
    std::fprintf(stderr, "format_probe: see the comment in format_probe.cc\n");
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace owt::formats

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + (argc < 2 ? argc : 2), argv + argc);
  try {
    return owt::formats::Answer(argc < 2 ? "" : argv[1], arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "format_probe: %s\n", error.what());
    return 1;
  }
}
