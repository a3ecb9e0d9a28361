// Any bytes as text: the pieces cover it, the ids stand for it again, and windows change no id.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "formats/gpt2_vocab.h"
#include "stages/text/bpe.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto vocab = owt::formats::Gpt2Vocab::Embedded();
  static const owt::text::BpeModel model(vocab);
  static const owt::text::BpeModel windowed(vocab, 40);
  static owt::text::BpeEncoder encoder(model);
  static owt::text::BpeEncoder windowed_encoder(windowed);

  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<uint32_t> ids;
  std::vector<uint32_t> windowed_ids;
  encoder.Encode(text, &ids);
  windowed_encoder.Encode(text, &windowed_ids);
  std::string decoded;
  if (vocab.Decode(ids, &decoded) != ids.size() || decoded != text || ids != windowed_ids) abort();
  return 0;
}
