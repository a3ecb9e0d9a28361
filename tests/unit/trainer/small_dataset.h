#pragma once

#include <string>
#include <vector>

#include "formats/indexed_dataset_writer.h"

namespace owt::tests {

// Writes PREFIX.bin/.idx with `num_documents` documents of 20 to 60 tokens below `vocab`, in a
// pattern that a model can learn: each token is followed by its successor, in steps by document.
// The ids are those from `first` on.
inline void WriteSmallDataset(const std::string& prefix, int num_documents, uint32_t vocab,
                              uint32_t first = 0) {
  formats::IndexedDatasetWriter writer(formats::IndexedDatasetPaths::Of(prefix),
                                       formats::TokenType::kUint16);
  for (int d = 0; d < num_documents; ++d) {
    std::vector<uint32_t> tokens;
    const auto step = static_cast<uint32_t>(1 + d % 3);
    for (uint32_t i = 0; i < static_cast<uint32_t>(20 + d * 7 % 41); ++i) {
      tokens.push_back(first + (static_cast<uint32_t>(d) + i * step) % vocab);
    }
    writer.AddDocument(tokens);
  }
  writer.Commit();
}

}  // namespace owt::tests
