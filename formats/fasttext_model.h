#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace owt::formats {

// The layout of fastText's models (.bin, and .ftz with quantized matrices), as fastText 0.9 writes
// it, little endian:
//   i32 magic, i32 version, i32 x 12 arguments, f64 sampling threshold (unused here)
//   i32 entries, i32 words, i32 labels, i64 tokens, i64 pruned (-1: all buckets have a row)
//   per entry: its bytes, a NUL, i64 count, u8 type (0 word, 1 label); words first
//   per pruned bucket: i32 bucket, i32 row behind the words
//   u8 quantized, the input matrix; u8 quantized output, the output matrix
// A dense matrix is i64 rows, i64 columns, f32 per element. A quantized one is u8 with norms, i64
// rows, i64 columns, i32 code bytes, the codes, a quantizer; and with norms a code byte per row and
// a second quantizer. A quantizer is i32 columns, i32 parts, i32 columns per part, i32 columns of
// the last part, and 256 centroids per part.

enum class FasttextLoss { kHierarchicalSoftmax = 1, kNegativeSampling, kSoftmax, kOneVsAll };

struct FasttextArguments {
  int32_t dimension = 0;
  int32_t word_ngrams = 0;  // longest run of words that is a feature; 1: words alone
  FasttextLoss loss = FasttextLoss::kSoftmax;
  int32_t buckets = 0;         // that n-grams are hashed into
  int32_t min_char_ngram = 0;  // in code points
  int32_t max_char_ngram = 0;  // 0: no n-grams of characters
};

// One row of codes: each names one of 256 centroids of its part of the columns.
struct FasttextQuantizer {
  int32_t columns = 0;
  int32_t parts = 0;
  int32_t part_columns = 0;
  std::string_view centroids;  // f32[parts][256][part_columns]; the last part may be narrower

  int32_t ColumnsOf(int32_t part) const {
    return part + 1 < parts ? part_columns : columns - (parts - 1) * part_columns;
  }

  // Of the part's first centroid, in floats from the start of `centroids`.
  int64_t OffsetOf(int32_t part) const { return int64_t{256} * part * part_columns; }
};

struct FasttextMatrix {
  int64_t rows = 0;
  int64_t columns = 0;
  bool quantized = false;
  std::string_view floats;  // dense: f32[rows][columns], not aligned
  std::string_view codes;   // quantized: u8[rows][quantizer.parts]
  FasttextQuantizer quantizer;
  std::string_view norm_codes;  // u8[rows]; empty: all norms are 1
  std::string_view norms;       // f32[256]
};

struct FasttextLabel {
  std::string_view name;  // with its prefix, usually __label__
  int64_t count = 0;      // in the training data; shapes the tree of a hierarchical softmax
};

struct FasttextPrunedBucket {
  int32_t bucket = 0;
  int32_t row = 0;  // behind the words' rows
};

// A classifier; every view points into the bytes it was read from.
struct FasttextModel {
  FasttextArguments arguments;
  std::vector<std::string_view> words;  // row I of the input is word I
  std::vector<FasttextLabel> labels;    // row I of the output is label I (or inner node I)
  bool pruned = false;                  // only `buckets` have rows, else all, in order
  std::vector<FasttextPrunedBucket> buckets;
  FasttextMatrix input;
  FasttextMatrix output;
};

// Limits on what a model may ask for, far above any in use.
inline constexpr int32_t kMaxFasttextNgram = 255;              // word_ngrams, max_char_ngram
inline constexpr int32_t kMaxFasttextDimension = 1 << 16;      //
inline constexpr int32_t kMaxFasttextPrunedBuckets = 1 << 28;  // buckets of a pruned model

// Checks all sizes, offsets and row numbers. Throws Error{kInput} naming `file` and the byte where
// it is not exactly the layout above, or no classifier.
FasttextModel ParseFasttextModel(std::string_view bytes, const std::string& file);

}  // namespace owt::formats
