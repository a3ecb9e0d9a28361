#include "stages/dedup/background.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

#include "pipeline/hash.h"
#include "pipeline/output_file.h"

namespace owt::dedup {
namespace {

constexpr size_t kMostSources = 256;
constexpr size_t kMostSampled = 8192;  // of all sources
constexpr size_t kMostOfSource = 1024;

size_t NumSources(size_t num_inputs) { return num_inputs > kMostSources ? 1 : num_inputs; }

size_t SampleSize(size_t num_sources) {
  return std::min(kMostOfSource, kMostSampled / std::max<size_t>(num_sources, 1));
}

uint64_t HashOf(uint64_t record) {
  return Hash64({reinterpret_cast<const char*>(&record), sizeof(record)});
}

// In front of the slots, 4 bytes each; of wide slots the low half, as only equality counts.
struct SampleHead {
  uint64_t hash;
  uint32_t source;
  uint32_t reserved;
};

size_t RecordBytes(size_t num_slots) { return sizeof(SampleHead) + num_slots * sizeof(uint32_t); }

using Slots = std::vector<uint32_t>;
using Sample = std::map<uint64_t, Slots>;  // by hash

std::vector<Sample> ReadSample(const std::string& path, size_t num_sources, size_t num_slots) {
  std::vector<Sample> samples(num_sources);
  const std::string bytes = ReadSmallFile(path, ~uint64_t{0});
  const size_t record_bytes = RecordBytes(num_slots);
  for (size_t at = 0; at + record_bytes <= bytes.size(); at += record_bytes) {
    SampleHead head;
    std::memcpy(&head, bytes.data() + at, sizeof(head));
    Slots slots(num_slots);
    std::memcpy(slots.data(), bytes.data() + at + sizeof(head), num_slots * sizeof(uint32_t));
    Sample& sample = samples.at(head.source);
    sample.emplace(head.hash, std::move(slots));
    if (sample.size() > SampleSize(num_sources)) sample.erase(std::prev(sample.end()));
  }
  return samples;
}

size_t NumEqual(const Slots& a, const Slots& b) {
  uint32_t equal = 0;
  for (size_t i = 0; i < a.size(); ++i) equal += a[i] == b[i];
  return equal;
}

// How likely two documents share a band, from `equal` of `slots`. The chance that `rows` slots
// drawn from these are all equal has the right mean, which (equal / slots)^rows has not.
double CandidateChance(size_t equal, size_t slots, BandGeometry geometry) {
  double all_rows = 1;
  for (size_t i = 0; i < static_cast<size_t>(geometry.rows); ++i) {
    if (equal <= i) return 0;
    all_rows *= static_cast<double>(equal - i) / static_cast<double>(slots - i);
  }
  return 1 - std::pow(1 - all_rows, geometry.bands);
}

// The size of a set whose sample has the hashes of its least: all of it, or by the gap that they
// leave (the KMV estimate, Bar-Yossef et al. 2002).
double SizeOf(const Sample& sample, size_t sample_size) {
  if (sample.size() < sample_size) return static_cast<double>(sample.size());
  const double part = std::ldexp(static_cast<double>(sample.rbegin()->first), -64);
  return static_cast<double>(sample.size() - 1) / part;
}

double Quantile(const std::vector<uint64_t>& counts, double part, size_t num_slots) {
  uint64_t total = 0;
  for (const uint64_t count : counts) total += count;
  const auto wanted = static_cast<uint64_t>(std::ceil(part * static_cast<double>(total)));
  uint64_t seen = 0;
  for (size_t equal = 0; equal < counts.size(); ++equal) {
    seen += counts[equal];
    if (seen >= wanted) return static_cast<double>(equal) / static_cast<double>(num_slots);
  }
  return 0;
}

Background MeasureSource(const Sample& sample, size_t num_slots, BandGeometry geometry,
                         double threshold) {
  std::vector<const Slots*> documents;
  for (const auto& [hash, slots] : sample) documents.push_back(&slots);
  std::vector<uint64_t> counts(num_slots + 1);  // pairs by equal slots
  for (size_t i = 0; i < documents.size(); ++i) {
    for (size_t j = i + 1; j < documents.size(); ++j) {
      ++counts[NumEqual(*documents[i], *documents[j])];
    }
  }
  const auto first_alike =
      static_cast<size_t>(std::ceil(threshold * static_cast<double>(num_slots)));
  std::fill(counts.begin() + static_cast<ptrdiff_t>(first_alike), counts.end(), 0);
  double chances = 0;
  double pairs = 0;
  for (size_t equal = 0; equal < counts.size(); ++equal) {
    const auto count = static_cast<double>(counts[equal]);
    chances += count * CandidateChance(equal, num_slots, geometry);
    pairs += count;
  }
  Background background;
  background.median = Quantile(counts, 0.5, num_slots);
  background.largest = Quantile(counts, 0.99, num_slots);
  background.false_matches = pairs == 0 ? 0 : chances / pairs;
  return background;
}

}  // namespace

SampleDraw::SampleDraw(size_t num_inputs)
    : num_sources_(static_cast<uint32_t>(NumSources(num_inputs))),
      sample_size_(SampleSize(num_sources_)),
      limits_(new std::atomic<uint64_t>[num_sources_]),
      least_(num_sources_) {
  for (uint32_t i = 0; i < num_sources_; ++i) limits_[i] = ~uint64_t{0};
}

bool SampleDraw::Wants(uint32_t file, uint64_t record) const {
  return HashOf(record) < limits_[SourceOf(file)].load(std::memory_order_relaxed);
}

void SampleDraw::NoteAll(std::string_view appended, size_t num_slots) {
  for (size_t at = 0; at < appended.size(); at += RecordBytes(num_slots)) {
    SampleHead head;
    std::memcpy(&head, appended.data() + at, sizeof(head));
    Note(head.source, head.hash);
  }
}

void SampleDraw::Note(uint32_t source, uint64_t hash) {
  std::vector<uint64_t>& least = least_[source];
  least.push_back(hash);
  std::push_heap(least.begin(), least.end());
  if (least.size() <= sample_size_) return;
  std::pop_heap(least.begin(), least.end());
  least.pop_back();
  limits_[source].store(least.front(), std::memory_order_relaxed);
}

void SampleDraw::Append(uint32_t file, uint64_t record, const Signature& signature,
                        std::string* to) const {
  const SampleHead head = {HashOf(record), SourceOf(file), 0};
  to->append(reinterpret_cast<const char*>(&head), sizeof(head));
  Slots slots = signature.narrow;
  if (!signature.wide.empty()) slots.assign(signature.wide.begin(), signature.wide.end());
  to->append(reinterpret_cast<const char*>(slots.data()), slots.size() * sizeof(uint32_t));
}

std::vector<Background> MeasureBackground(const std::string& path, size_t num_inputs,
                                          size_t num_slots, BandGeometry geometry,
                                          double threshold) {
  const size_t num_sources = NumSources(num_inputs);
  const std::vector<Sample> samples = ReadSample(path, num_sources, num_slots);
  std::vector<Background> backgrounds;
  for (size_t i = 0; i < num_sources; ++i) {
    if (samples[i].size() < 2) continue;
    Background background = MeasureSource(samples[i], num_slots, geometry, threshold);
    background.source = static_cast<uint32_t>(i);
    background.is_all = num_inputs > kMostSources;
    background.documents = SizeOf(samples[i], SampleSize(num_sources));
    background.false_matches *= background.documents - 1;
    backgrounds.push_back(background);
  }
  return backgrounds;
}

}  // namespace owt::dedup
