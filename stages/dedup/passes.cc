#include "stages/dedup/passes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "pipeline/error.h"
#include "pipeline/flow.h"
#include "stages/dedup/sketch.h"

// What a transform learns travels to the sink in BatchResult::aux as plain numbers in native order;
// it never leaves the process.

namespace owt::dedup {

namespace {

template <typename T>
void PutNumbers(std::span<const T> numbers, std::string* to) {
  to->append(reinterpret_cast<const char*>(numbers.data()), numbers.size_bytes());
}

template <typename T>
void PutNumber(const T& number, std::string* to) {
  PutNumbers(std::span<const T>(&number, 1), to);
}

// Takes what PutNumber put from the front of `from`.
template <typename T>
T TakeNumber(std::string_view* from) {
  T number;
  std::memcpy(&number, from->data(), sizeof(T));
  from->remove_prefix(sizeof(T));
  return number;
}

std::vector<uint64_t> TakeNumbers(size_t count, std::string_view* from) {
  std::vector<uint64_t> numbers(count);
  if (count > 0) std::memcpy(numbers.data(), from->data(), count * sizeof(uint64_t));
  from->remove_prefix(count * sizeof(uint64_t));
  return numbers;
}

void CheckMemory(const RunContext& context, uint64_t bytes, std::string_view what) {
  if (bytes <= context.memory_bytes()) return;
  throw Error(
      ErrorKind::kResource,
      fmt::format("{} take more than --memory {}; give it more, or deduplicate parts of the "
                  "input first",
                  what, SizeText(context.memory_bytes())));
}

class SketchTransform : public BatchTransform {
 public:
  SketchTransform(const Method& method, const DocumentReader& reader)
      : method_(method), reader_(reader), hasher_(method.MakeHasher()), sketchers_([this] {
          return Sketcher(hasher_, method_.shingles, method_.geometry, method_.tokens.get());
        }) {}

  void Apply(const Batch& batch, BatchResult* result) const override {
    ForEachNumberedLine(batch, [&](uint64_t record, size_t begin, size_t end) {
      ++result->tally.in;
      Document* document;
      if (!reader_.Parse(batch, begin, end, &document).empty()) return;
      std::span<const uint64_t> keys;
      if (method_.near) {
        Sketcher& sketcher = sketchers_.local();
        if (sketcher.Sketch(document->text())) keys = sketcher.keys();
      }
      PutNumber(record, &result->aux);
      PutNumber(KeyOf(document->text()), &result->aux);
      PutNumber(uint64_t{keys.size()}, &result->aux);
      PutNumbers(keys, &result->aux);
    });
  }

 private:
  const Method& method_;
  const DocumentReader& reader_;
  const MinHasher hasher_;
  mutable oneapi::tbb::enumerable_thread_specific<Sketcher> sketchers_;
};

class IndexSink : public Sink {
 public:
  IndexSink(const RunContext& context, Index* index) : context_(context), index_(index) {}

  void Put(BatchResult& result) override {
    if (result.end.record >= kNoDocument) {
      throw Error(ErrorKind::kResource, "more than 4294967295 records; deduplicate parts first");
    }
    for (std::string_view aux = result.aux; !aux.empty();) {
      index_->SkipTo(TakeNumber<uint64_t>(&aux));
      const auto key = TakeNumber<TextKey>(&aux);
      const auto num_keys = TakeNumber<uint64_t>(&aux);
      index_->Add(key, TakeNumbers(num_keys, &aux));
    }
    index_->SkipTo(result.end.record);
    CheckMemory(context_, index_->bytes(), "the keys of so many documents");
  }

  void Commit() override {}

 private:
  const RunContext& context_;
  Index* index_;
};

class CandidateTransform : public BatchTransform {
 public:
  CandidateTransform(const Method& method, const DocumentReader& reader,
                     const std::vector<Wanted>& wanted)
      : reader_(reader),
        wanted_(wanted),
        shinglers_([&method] { return Shingler(method.shingles, method.tokens.get()); }) {}

  void Apply(const Batch& batch, BatchResult* result) const override {
    ForEachNumberedLine(batch, [&](uint64_t record, size_t begin, size_t end) {
      ++result->tally.in;
      if (record >= wanted_.size() || wanted_[record] == Wanted::kNothing) return;
      Document* document;
      if (!reader_.Parse(batch, begin, end, &document).empty()) return;
      std::vector<uint64_t> shingles;
      if (wanted_[record] == Wanted::kShingles) {
        shingles = shinglers_.local().Make(document->text());
        SortAndUnify(&shingles);
      }
      PutNumber(record, &result->aux);
      PutNumber(uint64_t{document->url().size()}, &result->aux);
      result->aux += document->url();
      PutNumber(uint64_t{shingles.size()}, &result->aux);
      PutNumbers(std::span<const uint64_t>(shingles), &result->aux);
    });
  }

 private:
  const DocumentReader& reader_;
  const std::vector<Wanted>& wanted_;
  mutable oneapi::tbb::enumerable_thread_specific<Shingler> shinglers_;
};

class CandidateSink : public Sink {
 public:
  CandidateSink(const RunContext& context, Candidates* candidates)
      : context_(context), candidates_(candidates) {}

  void Put(BatchResult& result) override {
    for (std::string_view aux = result.aux; !aux.empty();) {
      const auto record = static_cast<uint32_t>(TakeNumber<uint64_t>(&aux));
      const auto url_bytes = TakeNumber<uint64_t>(&aux);
      const std::string_view url = aux.substr(0, url_bytes);
      aux.remove_prefix(url_bytes);
      const auto num_shingles = TakeNumber<uint64_t>(&aux);
      candidates_->Add(record, url, TakeNumbers(num_shingles, &aux));
    }
    CheckMemory(context_, candidates_->bytes(), "the shingles of so many candidates");
  }

  void Commit() override {}

 private:
  const RunContext& context_;
  Candidates* candidates_;
};

}  // namespace

void SketchDocuments(RunContext& context, Source& source, const Method& method,
                     const DocumentReader& reader, Index* index) {
  const SketchTransform transform(method, reader);
  IndexSink sink(context, index);
  RunPass(context, source, transform, sink);
}

void Candidates::Add(uint32_t document, std::string_view url, std::span<const uint64_t> shingles) {
  shingles_.insert(shingles_.end(), shingles.begin(), shingles.end());
  urls_ += url;
  places_.push_back({document, shingles_.size(), urls_.size()});
}

size_t Candidates::Find(uint32_t document) const {
  const auto at =
      std::lower_bound(places_.begin(), places_.end(), document,
                       [](const Place& place, uint32_t number) { return place.document < number; });
  return at == places_.end() || at->document != document
             ? places_.size()
             : static_cast<size_t>(at - places_.begin());
}

ShingleSet Candidates::SetOf(uint32_t document) const {
  const size_t i = Find(document);
  if (i == places_.size()) return {};
  const uint64_t begin = i == 0 ? 0 : places_[i - 1].shingles_end;
  return ShingleSet(shingles_).subspan(begin, places_[i].shingles_end - begin);
}

std::string_view Candidates::UrlOf(uint32_t document) const {
  const size_t i = Find(document);
  if (i == places_.size()) return {};
  const uint64_t begin = i == 0 ? 0 : places_[i - 1].url_end;
  return std::string_view(urls_).substr(begin, places_[i].url_end - begin);
}

void CollectCandidates(RunContext& context, Source& source, const Method& method,
                       const DocumentReader& reader, const std::vector<Wanted>& wanted,
                       Candidates* candidates) {
  const CandidateTransform transform(method, reader, wanted);
  CandidateSink sink(context, candidates);
  RunPass(context, source, transform, sink);
}

}  // namespace owt::dedup
