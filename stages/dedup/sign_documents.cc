// A batch becomes, in BatchResult::bytes, the records of its documents band after band, and in aux
// the sample and then the number and the text's key of each document: plain numbers that never
// leave the process.
#include "stages/dedup/sign_documents.h"

#include <charconv>
#include <cstring>
#include <optional>

#include "pipeline/error.h"
#include "pipeline/flow.h"
#include "stages/dedup/background.h"
#include "stages/dedup/sketch.h"

namespace owt::dedup {
namespace {

struct NumberedKey {
  uint64_t record;
  TextKey key;
};

// In front of aux.
struct AuxHead {
  uint64_t sample_bytes;
};

class SignTransform : public BatchTransform {
 public:
  // `draw` is null where no sample is wanted.
  SignTransform(const Method& method, const DocumentReader& reader, int bands,
                const SampleDraw* draw)
      : reader_(reader),
        draw_(draw),
        bands_(static_cast<size_t>(bands)),
        hasher_(method.MakeHasher()),
        sketchers_([this, &method] {
          return Sketcher(hasher_, method.shingles, method.geometry, method.tokens.get());
        }) {}

  void Apply(const Batch& batch, BatchResult* result) const override {
    std::vector<uint32_t> documents;
    std::vector<uint64_t> keys;
    std::string numbered_keys;
    std::string sample;
    ForEachNumberedLine(batch, [&](uint64_t record, size_t begin, size_t end) {
      ++result->tally.in;
      Document* document;
      const std::string_view bad = reader_.Parse(batch, begin, end, &document);
      if (!bad.empty()) return result->Quarantine(begin, end, bad);
      ++result->tally.out;
      const NumberedKey numbered = {record, KeyOf(document->text())};
      numbered_keys.append(reinterpret_cast<const char*>(&numbered), sizeof(numbered));
      if (bands_ == 0) return;
      Sketcher& sketcher = sketchers_.local();
      if (!sketcher.Sketch(document->text())) return;
      documents.push_back(static_cast<uint32_t>(record));
      keys.insert(keys.end(), sketcher.keys().begin(), sketcher.keys().end());
      if (draw_ == nullptr || !draw_->Wants(batch.begin.file, record)) return;
      draw_->Append(batch.begin.file, record, sketcher.signature(), &sample);
    });
    const AuxHead head = {sample.size()};
    result->aux.append(reinterpret_cast<const char*>(&head), sizeof(head));
    result->aux += sample;
    result->aux += numbered_keys;
    PutBands(documents, keys, &result->bytes);
  }

 private:
  void PutBands(const std::vector<uint32_t>& documents, const std::vector<uint64_t>& keys,
                std::string* out) const {
    out->resize(documents.size() * bands_ * BandRecord::kBytes);
    char* to = out->data();
    for (size_t band = 0; band < bands_; ++band) {
      for (size_t i = 0; i < documents.size(); ++i, to += BandRecord::kBytes) {
        std::memcpy(to, &keys[i * bands_ + band], sizeof(uint64_t));
        std::memcpy(to + sizeof(uint64_t), &documents[i], sizeof(uint32_t));
      }
    }
  }

  const DocumentReader& reader_;
  const SampleDraw* draw_;
  const size_t bands_;
  const MinHasher hasher_;
  mutable oneapi::tbb::enumerable_thread_specific<Sketcher> sketchers_;
};

class BandSink : public Sink {
 public:
  BandSink(RunContext& context, const BandFileHeader& header, std::string sample_path,
           SampleDraw* draw)
      : context_(context), header_(header), sample_path_(std::move(sample_path)), draw_(draw) {}

  void Put(BatchResult& result) override {
    if (result.end.record >= kNoDocument) {
      throw Error(ErrorKind::kResource, "more than 4294967295 records; take parts of them");
    }
    Open();
    std::string_view aux = result.aux;
    AuxHead head;
    std::memcpy(&head, aux.data(), sizeof(head));
    aux.remove_prefix(sizeof(head));
    if (sample_) PutSample(aux.substr(0, head.sample_bytes));
    aux.remove_prefix(head.sample_bytes);
    for (size_t at = 0; at < aux.size(); at += sizeof(NumberedKey)) {
      NumberedKey numbered;
      std::memcpy(&numbered, aux.data() + at, sizeof(numbered));
      writer_->AddExact(numbered.record, numbered.key);
    }
    writer_->SkipTo(result.end.record);
    writer_->AddBands(result.bytes);
  }

  // "STATE SAMPLE-BYTES"
  std::string Checkpoint(std::vector<Fd>* unsynced) override {
    if (!writer_) return {};
    std::string state = writer_->Checkpoint(unsynced).Text();
    if (!sample_) return state;
    sample_->Keep(unsynced);
    return state + " " + std::to_string(sample_->bytes());
  }

  bool Restore(const std::string& text) override {
    const size_t space = std::min(text.find(' '), text.size());
    BandWriter::State state;
    if (!BandWriter::State::Parse(text.substr(0, space), &state) ||
        !BandWriter::CanResume(context_.output, header_, state)) {
      return false;
    }
    if (draw_ != nullptr) {
      uint64_t sample_bytes = 0;
      const char* const end = text.data() + text.size();
      const auto parsed =
          std::from_chars(std::min(text.data() + space + 1, end), end, sample_bytes);
      const std::string partial = OutputFile::PartialPath(sample_path_);
      if (parsed.ec != std::errc{} || !FileExists(partial) ||
          Fd::OpenRead(partial).Size() < sample_bytes) {
        return false;
      }
      sample_.emplace(sample_path_, sample_bytes);
    }
    writer_.emplace(context_.output, header_, state);
    return true;
  }

  void Commit() override {
    Open();
    if (sample_) sample_->Commit();
    writer_->Commit(&context_.outputs);
  }

 private:
  void Open() {
    if (writer_) return;
    writer_.emplace(context_.output, header_);
    if (draw_ != nullptr) sample_.emplace(sample_path_);
  }

  void PutSample(std::string_view records) {
    draw_->NoteAll(records, header_.slots);
    sample_->Write(records);
  }

  RunContext& context_;
  BandFileHeader header_;
  std::string sample_path_;
  SampleDraw* draw_;
  std::optional<BandWriter> writer_;
  std::optional<OutputFile> sample_;
};

}  // namespace

BandFileHeader HeaderOf(const Method& method, int bands) {
  BandFileHeader header;
  header.bands = static_cast<uint32_t>(bands);
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
                   const DocumentReader& reader, int bands, const std::string& sample_path) {
  std::optional<SampleDraw> draw;
  if (!sample_path.empty() && bands > 0) draw.emplace(context.inputs.size());
  SampleDraw* const drawn = draw ? &*draw : nullptr;
  const SignTransform transform(method, reader, bands, drawn);
  BandSink sink(context, HeaderOf(method, bands), sample_path, drawn);
  RunFlow(context, source, transform, sink);
}

std::string SamplePath(const std::string& prefix) { return prefix + ".sample"; }

}  // namespace owt::dedup
