// A batch becomes, in BatchResult::bytes, the records of its documents band after band, and in aux
// the number and the text's key of each document: plain numbers that never leave the process.
#include "stages/dedup/sign_documents.h"

#include <cstring>
#include <optional>

#include "pipeline/error.h"
#include "pipeline/flow.h"
#include "stages/dedup/sketch.h"

namespace owt::dedup {
namespace {

struct NumberedKey {
  uint64_t record;
  TextKey key;
};

class SignTransform : public BatchTransform {
 public:
  SignTransform(const Method& method, const DocumentReader& reader)
      : method_(method), reader_(reader), hasher_(method.MakeHasher()), sketchers_([this] {
          return Sketcher(hasher_, method_.shingles, method_.geometry, method_.tokens.get());
        }) {}

  void Apply(const Batch& batch, BatchResult* result) const override {
    Sketcher& sketcher = sketchers_.local();
    std::vector<uint32_t> documents;
    std::vector<uint64_t> keys;
    ForEachNumberedLine(batch, [&](uint64_t record, size_t begin, size_t end) {
      ++result->tally.in;
      Document* document;
      const std::string_view bad = reader_.Parse(batch, begin, end, &document);
      if (!bad.empty()) return result->Quarantine(begin, end, bad);
      ++result->tally.out;
      const NumberedKey numbered = {record, KeyOf(document->text())};
      result->aux.append(reinterpret_cast<const char*>(&numbered), sizeof(numbered));
      if (!sketcher.Sketch(document->text())) return;
      documents.push_back(static_cast<uint32_t>(record));
      keys.insert(keys.end(), sketcher.keys().begin(), sketcher.keys().end());
    });
    PutBands(documents, keys, &result->bytes);
  }

 private:
  void PutBands(const std::vector<uint32_t>& documents, const std::vector<uint64_t>& keys,
                std::string* out) const {
    const auto bands = static_cast<size_t>(method_.geometry.bands);
    out->resize(documents.size() * bands * BandRecord::kBytes);
    char* to = out->data();
    for (size_t band = 0; band < bands; ++band) {
      for (size_t i = 0; i < documents.size(); ++i, to += BandRecord::kBytes) {
        std::memcpy(to, &keys[i * bands + band], sizeof(uint64_t));
        std::memcpy(to + sizeof(uint64_t), &documents[i], sizeof(uint32_t));
      }
    }
  }

  const Method& method_;
  const DocumentReader& reader_;
  const MinHasher hasher_;
  mutable oneapi::tbb::enumerable_thread_specific<Sketcher> sketchers_;
};

class BandSink : public Sink {
 public:
  BandSink(RunContext& context, const BandFileHeader& header)
      : context_(context), header_(header) {}

  void Put(BatchResult& result) override {
    if (result.end.record >= kNoDocument) {
      throw Error(ErrorKind::kResource, "more than 4294967295 records; sign parts of them");
    }
    Open();
    const std::string_view aux = result.aux;
    for (size_t at = 0; at < aux.size(); at += sizeof(NumberedKey)) {
      NumberedKey numbered;
      std::memcpy(&numbered, aux.data() + at, sizeof(numbered));
      writer_->AddExact(numbered.record, numbered.key);
    }
    writer_->SkipTo(result.end.record);
    writer_->AddBands(result.bytes);
  }

  std::string Checkpoint(std::vector<Fd>* unsynced) override {
    return writer_ ? writer_->Checkpoint(unsynced).Text() : std::string();
  }

  bool Restore(const std::string& text) override {
    BandWriter::State state;
    if (text.empty()) return true;
    if (!BandWriter::State::Parse(text, &state) ||
        !BandWriter::CanResume(context_.output, header_, state)) {
      return false;
    }
    writer_.emplace(context_.output, header_, state);
    return true;
  }

  void Commit() override {
    Open();
    writer_->Commit(&context_.outputs);
  }

 private:
  void Open() {
    if (!writer_) writer_.emplace(context_.output, header_);
  }

  RunContext& context_;
  BandFileHeader header_;
  std::optional<BandWriter> writer_;
};

}  // namespace

BandFileHeader HeaderOf(const Method& method) {
  BandFileHeader header;
  header.bands = static_cast<uint32_t>(method.geometry.bands);
  header.rows = static_cast<uint32_t>(method.geometry.rows);
  header.family = static_cast<uint32_t>(method.family);
  header.unit = static_cast<uint32_t>(method.shingles.unit);
  header.shingle_size = static_cast<uint32_t>(method.shingles.size);
  header.words = static_cast<uint32_t>(method.shingles.words);
  header.slots = static_cast<uint32_t>(method.slots);
  header.seed = method.seed;
  return header;
}

void SignDocuments(RunContext& context, Source& source, const Method& method,
                   const DocumentReader& reader) {
  const SignTransform transform(method, reader);
  BandSink sink(context, HeaderOf(method));
  RunFlow(context, source, transform, sink);
}

}  // namespace owt::dedup
