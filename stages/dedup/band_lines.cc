#include "stages/dedup/band_lines.h"

#include "formats/line_source.h"
#include "formats/stream_sink.h"
#include "pipeline/flow.h"
#include "stages/dedup/document_reader.h"
#include "stages/dedup/sketch.h"
#include "stages/dedup/text_key.h"

namespace owt::dedup {
namespace {

constexpr uint64_t kTextBand = 0xFFFF;

void AppendHex(uint64_t value, int digits, std::string* out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) {
    out->push_back(kDigits[value >> shift & 15]);
  }
}

void EndBandLine(std::string_view id, std::string* out) {
  *out += '\t';
  *out += id;
  *out += '\n';
}

class BandLineTransform : public BatchTransform {
 public:
  BandLineTransform(const RunContext& context, const Method& method, const IdRule& ids)
      : method_(method),
        ids_(ids),
        reader_(context),
        hasher_(method.near ? method.MakeHasher() : MinHasher(Family::kKperm32, 1, 0)),
        sketchers_([this] {
          return Sketcher(hasher_, method_.shingles,
                          method_.near ? method_.geometry : BandGeometry{1, 1},
                          method_.tokens.get());
        }) {}

  void Apply(const Batch& batch, BatchResult* result) const override {
    Sketcher& sketcher = sketchers_.local();
    std::string id;
    uint64_t num_lines = 0;
    ForEachNumberedLine(batch, [&](uint64_t record, size_t begin, size_t end) {
      ++result->tally.in;
      Document* document;
      std::string_view bad = reader_.Parse(batch, begin, end, &document);
      if (bad.empty()) bad = DocumentId(ids_, *document, record, &id);
      if (!bad.empty()) return result->Quarantine(begin, end, bad);
      ++result->tally.out;
      std::span<const uint64_t> keys;
      if (method_.near && sketcher.Sketch(document->text())) keys = sketcher.keys();
      AppendBandLines(document->text(), keys, id, &result->bytes);
      num_lines += keys.size() + 1;
    });
    result->tally.Note("band_lines", num_lines);
  }

 private:
  const Method& method_;
  const IdRule& ids_;
  const DocumentReader reader_;
  const MinHasher hasher_;
  mutable oneapi::tbb::enumerable_thread_specific<Sketcher> sketchers_;
};

}  // namespace

void AppendBandLines(std::string_view text, std::span<const uint64_t> band_keys,
                     std::string_view id, std::string* out) {
  for (size_t band = 0; band < band_keys.size(); ++band) {
    AppendHex(band, 4, out);
    AppendHex(band_keys[band], 16, out);
    EndBandLine(id, out);
  }
  const TextKey key = KeyOf(text);
  AppendHex(kTextBand, 4, out);
  AppendHex(key.high, 16, out);
  AppendHex(key.low, 16, out);
  EndBandLine(id, out);
}

void WriteBandLines(RunContext& context, const Method& method, const IdRule& ids) {
  const BandLineTransform transform(context, method, ids);
  formats::LineSource source(context, true);
  formats::StreamSink sink(context);
  RunFlow(context, source, transform, sink);
}

}  // namespace owt::dedup
