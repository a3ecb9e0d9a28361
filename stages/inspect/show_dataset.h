#pragma once

#include <cstdint>
#include <string>

#include "formats/gpt2_vocab.h"
#include "formats/indexed_dataset.h"

namespace owt::inspect {

// What an indexed dataset holds, and the beginnings of its first `head` documents decoded. Reads
// the index, and of the tokens only those it shows.
std::string ShowDataset(const formats::IndexedDataset& dataset, const formats::Gpt2Vocab& vocab,
                        uint64_t head);

// Appends the text of tokens; ids outside the vocabulary appear as <id 60000>.
void DecodeTokens(const formats::TokenView& tokens, const formats::Gpt2Vocab& vocab,
                  std::string* text);

// The whole text of document d. Ids outside the vocabulary appear as <id 60000>. Throws
// Error{kInput} when the index is corrupt there, Error{kUsage} when there is no such document.
std::string DocumentText(const formats::IndexedDataset& dataset, const formats::Gpt2Vocab& vocab,
                         uint64_t document);

// Where document d comes from, as a sentence without its end, by the provenance file beside the
// dataset; empty where there is none. Throws Error{kInput} when it is corrupt or another dataset's.
// REQUIRES: there is such a document.
std::string DocumentOrigin(const formats::IndexedDataset& dataset, uint64_t document);

}  // namespace owt::inspect
