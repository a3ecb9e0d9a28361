// Any bytes as text, in memory that ends where they end: every tier finds the pieces of the
// character-by-character splitter, ids are the same with a tiny cache and with small windows, those
// of short texts are the ones that merging step by step gives, and they stand for the text again.

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "formats/gpt2_vocab.h"
#include "stages/text/bpe_encoder.h"
#include "tests/reference/gpt2_encoder.h"
#include "tests/reference/gpt2_pretokenizer.h"

namespace {

using owt::text::BpeEncoder;
using owt::text::SimdTier;

void Check(bool holds) {
  if (!holds) abort();
}

void CheckPieces(std::string_view text) {
  std::vector<uint32_t> wanted;
  for (size_t at = 0; at < text.size(); at = owt::reference::PieceEnd(text, at)) {
    wanted.push_back(static_cast<uint32_t>(at));
  }
  for (const SimdTier tier : owt::text::SimdTiers()) {
    std::vector<uint32_t> starts(text.size() + 128);
    starts.resize(owt::text::TextKernelOf(tier).split(text, starts.data()));
    Check(starts == wanted);
  }
}

std::vector<BpeEncoder> Encoders(const owt::text::BpeModel& model) {
  std::vector<BpeEncoder> encoders;
  for (const SimdTier tier : owt::text::SimdTiers()) {
    encoders.emplace_back(model, owt::text::BpeEncoderOptions{tier, 4096});
  }
  return encoders;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto vocab = owt::formats::Gpt2Vocab::Embedded();
  static const owt::text::BpeModel model(vocab);
  static const owt::text::BpeModel windowed(vocab, 40);
  static std::vector<BpeEncoder> encoders = Encoders(model);
  static BpeEncoder windowed_encoder(windowed);
  static const owt::reference::Gpt2Encoder slow(vocab);

  const std::string_view text(reinterpret_cast<const char*>(data), size);
  CheckPieces(text);
  std::vector<uint32_t> wanted;
  windowed_encoder.Encode(text, &wanted);
  for (BpeEncoder& encoder : encoders) {
    std::vector<uint32_t> ids;
    encoder.Encode(text, &ids);
    Check(ids == wanted);
  }
  // The reference is quadratic.
  if (size <= 300) Check(slow.Encode(text) == wanted);
  std::string decoded;
  Check(vocab.Decode(wanted, &decoded) == wanted.size() && decoded == text);
  return 0;
}
