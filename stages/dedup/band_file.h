#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/context.h"
#include "pipeline/fd.h"
#include "pipeline/output_file.h"
#include "stages/dedup/text_key.h"

namespace owt::dedup {

// Band files: what signing leaves behind, for whoever sorts and joins it. All numbers have the
// lowest byte first. A document is named by its number: that of its record (line) in the inputs of
// the run, from 0; records that are no documents have numbers too.
//
//   PREFIX.band-00, PREFIX.band-01, ...   one for each band: a header, then for each document with
//   a
//       signature, in their order, a BandRecord of 12 bytes. Equal keys in one band are candidates.
//   PREFIX.exact   a header, then for each record the 16 bytes of its text's XXH3_128bits, the low
//       half first; zeros for one that is no document. So its size says how many records there are:
//       the numbers of a second run go on behind those of a first one.
//
// Files may be joined where the headers agree in everything but `band`.
struct BandRecord {
  static constexpr size_t kBytes = 12;  // u64 key, u32 document
};

// 64 bytes in the file, in this order.
struct BandFileHeader {
  static constexpr size_t kBytes = 64;
  static constexpr std::string_view kMagic = "OWTBAND1";  // first
  static constexpr uint32_t kExactBand = 0xFFFFFFFF;

  uint32_t record_bytes = 0;  // 12, or 16 of the exact file
  uint32_t band = 0;          // or kExactBand
  uint32_t bands = 0;
  uint32_t rows = 0;
  uint32_t family = 0;        // of the enumeration Family
  uint32_t unit = 0;          // of ShingleRule::Unit
  uint32_t shingle_size = 0;  // units of a shingle
  uint32_t words = 0;         // of ShingleRule::Words
  uint32_t slots = 0;         // of a signature, of which the first bands * rows are used
  uint32_t normalization = kNormalization;
  uint64_t seed = 0;
  uint64_t reserved = 0;

  // Of our own normalization and hashes; another where one of them gives other results.
  static constexpr uint32_t kNormalization = 1;

  std::string Bytes() const;

  // Reads what Bytes gave; false where it is none of this version.
  bool Parse(std::string_view bytes);
};

// How much an unfinished run left of the file that will be `path`; 0 where it left nothing.
uint64_t KeptBytes(const std::string& path);

// The names under `prefix`, the exact file last.
std::vector<std::string> BandFileNames(const std::string& prefix, int bands);

// Writes the files of one run. All or none of them appear under their names. Not thread-safe.
class BandWriter {
 public:
  // What is written so far.
  struct State {
    uint64_t records = 0;
    uint64_t documents = 0;  // of them with a signature

    std::string Text() const;
    // False where `text` is not one.
    static bool Parse(std::string_view text, State* state);
  };

  BandWriter(const std::string& prefix, const BandFileHeader& header);

  // Goes on behind `state`. REQUIRES: CanResume.
  BandWriter(const std::string& prefix, const BandFileHeader& header, const State& state);

  static bool CanResume(const std::string& prefix, const BandFileHeader& header,
                        const State& state);

  // Adds a document's text. Numbers must ascend.
  void AddExact(uint64_t record, const TextKey& key);

  // Counts records up to `size`.
  void SkipTo(uint64_t size);

  // Adds the BandRecords of some documents: those of the first band, then of the second ...
  void AddBands(std::string_view records);

  State Checkpoint(std::vector<Fd>* unsynced);

  // Completes the files; `outputs` gets them.
  void Commit(std::vector<OutputRecord>* outputs);

 private:
  std::vector<OutputFile> files_;
  State state_;
  std::string exact_;  // what the exact file still lacks
};

// Reads one of the files from its start, as often as asked for.
class BandFileReader {
 public:
  // Throws Error{kInput} where the file is not one of `band`, or ends within a record.
  BandFileReader(const std::string& path, uint32_t band);

  const BandFileHeader& header() const { return header_; }

  // How many records there are.
  uint64_t size() const { return size_; }

  // Of a band file. Throws Error{kInput} where the documents do not ascend, or reach
  // `max_document`.
  template <typename OnKey>
  void ForEachBandKey(uint64_t max_document, const OnKey& on_key) const;

  // Of the exact file, those of documents.
  template <typename OnKey>
  void ForEachKey(const OnKey& on_key) const;

 private:
  // Calls on_block(bytes of whole records) in order.
  void ForEachBlock(const std::function<void(std::string_view)>& on_block) const;

  [[noreturn]] void ThrowDisorder(uint32_t document, uint64_t max_document) const;

  Fd file_;
  BandFileHeader header_;
  uint64_t size_ = 0;
};

template <typename OnKey>
void BandFileReader::ForEachBandKey(uint64_t max_document, const OnKey& on_key) const {
  uint64_t least = 0;
  ForEachBlock([&](std::string_view block) {
    for (size_t at = 0; at < block.size(); at += BandRecord::kBytes) {
      uint64_t key;
      uint32_t document;
      std::memcpy(&key, block.data() + at, sizeof(key));
      std::memcpy(&document, block.data() + at + sizeof(key), sizeof(document));
      if (document < least || document >= max_document) ThrowDisorder(document, max_document);
      least = document + uint64_t{1};
      on_key(key, document);
    }
  });
}

template <typename OnKey>
void BandFileReader::ForEachKey(const OnKey& on_key) const {
  uint64_t number = 0;
  ForEachBlock([&](std::string_view block) {
    for (size_t at = 0; at < block.size(); at += sizeof(TextKey), ++number) {
      TextKey key;
      std::memcpy(&key.low, block.data() + at, sizeof(key.low));
      std::memcpy(&key.high, block.data() + at + sizeof(key.low), sizeof(key.high));
      if (key != TextKey()) on_key(number, key);
    }
  });
}

}  // namespace owt::dedup
