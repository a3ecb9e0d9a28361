// Any bytes as a tokenizer file: an Error, or a vocabulary that is read back from the forms in
// which it is written. A .tiktoken has no merges; it gives the tokens back, or is refused where a
// token's own bytes would not become it.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "formats/tokenizer_files.h"
#include "pipeline/error.h"

namespace {

using owt::formats::Gpt2Vocab;

Gpt2Vocab Read(std::string_view content) {
  static const int file = memfd_create("tokenizer", 0);
  if (ftruncate(file, 0) != 0 ||
      pwrite(file, content.data(), content.size(), 0) != static_cast<ssize_t>(content.size())) {
    abort();
  }
  return owt::formats::ReadTokenizer("/proc/self/fd/" + std::to_string(file));
}

void ExpectSameTokens(const Gpt2Vocab& a, const Gpt2Vocab& b) {
  if (a.size() != b.size()) abort();
  for (uint32_t id = 0; id < a.size(); ++id) {
    if (a.token_bytes(id) != b.token_bytes(id)) abort();
  }
}

void ExpectSame(const Gpt2Vocab& a, const Gpt2Vocab& b) {
  ExpectSameTokens(a, b);
  for (size_t i = 0; i < a.merges().size(); ++i) {
    const auto &x = a.merges()[i], &y = b.merges()[i];
    if (x.left != y.left || x.right != y.right) abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Gpt2Vocab vocab = Gpt2Vocab("");
  try {
    vocab = Read({reinterpret_cast<const char*>(data), size});
  } catch (const owt::Error&) {
    return 0;
  }
  ExpectSame(vocab, Read(owt::formats::MergesText(vocab)));
  ExpectSame(vocab, Read(owt::formats::TokenizerJson(vocab, {})));
  try {
    ExpectSameTokens(vocab, Read(owt::formats::TiktokenText(vocab)));
  } catch (const owt::Error&) {
  }
  return 0;
}
