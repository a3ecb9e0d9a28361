// The file goes into read-only data by the assembler: no generated source, nothing to compile.
// OWT_GPT2_MERGES_FILE is its path while building.

#include "formats/gpt2_vocab.h"

__asm__(
    ".pushsection .rodata\n"
    ".global owt_gpt2_merges_begin\n"
    ".global owt_gpt2_merges_end\n"
    "owt_gpt2_merges_begin:\n"
    ".incbin \"" OWT_GPT2_MERGES_FILE
    "\"\n"
    "owt_gpt2_merges_end:\n"
    ".byte 0\n"
    ".popsection\n");

extern "C" const char owt_gpt2_merges_begin[];
extern "C" const char owt_gpt2_merges_end[];

namespace owt::formats {

std::string_view EmbeddedGpt2Merges() {
  return {owt_gpt2_merges_begin, static_cast<size_t>(owt_gpt2_merges_end - owt_gpt2_merges_begin)};
}

}  // namespace owt::formats
