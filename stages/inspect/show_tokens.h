#pragma once

#include <cstdint>
#include <string>

#include "formats/gpt2_vocab.h"
#include "formats/token_file.h"

namespace owt::inspect {

// What a file of nanoGPT's, llm.c's or datatrove's holds, and the beginnings of its first `head`
// documents decoded. Where there is no index, reads all tokens once: <|endoftext|> parts documents.
std::string ShowTokens(const formats::TokenFile& file, const formats::Gpt2Vocab& vocab,
                       uint64_t head);

// The whole text of document d. Throws Error{kUsage} where there is no such document.
std::string TokensText(const formats::TokenFile& file, const formats::Gpt2Vocab& vocab,
                       uint64_t document);

}  // namespace owt::inspect
