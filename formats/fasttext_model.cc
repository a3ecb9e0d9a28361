#include "formats/fasttext_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "formats/model_cursor.h"

// The layout is that of fastText's FastText::saveModel, Dictionary::save, QuantMatrix::save and
// ProductQuantizer::save (https://github.com/facebookresearch/fastText).

namespace owt::formats {
namespace {

constexpr int32_t kFasttextMagic = 793712314;
constexpr int32_t kOldVersion = 11;  // whose classifiers know no n-grams of characters
constexpr int32_t kVersion = 12;
constexpr int32_t kSupervised = 3;
constexpr int64_t kCentroids = 256;
// Of all labels; fastText marks nodes of its tree that are not made yet with this count.
constexpr int64_t kMaxCount = 1'000'000'000'000'000;

constexpr int32_t kMaxInt32 = std::numeric_limits<int32_t>::max();

FasttextArguments ReadArguments(ModelCursor& cursor) {
  if (cursor.Read<int32_t>("the magic number") != kFasttextMagic) {
    cursor.Malformed("it does not begin with fastText's magic number");
  }
  const auto version = cursor.ReadWithin<int32_t>("the version", kOldVersion, kVersion);
  FasttextArguments arguments;
  arguments.dimension = cursor.ReadWithin<int32_t>("the dimension", 1, kMaxFasttextDimension);
  cursor.Take(4 * sizeof(int32_t), "the arguments");  // ws, epoch, minCount, neg
  arguments.word_ngrams = cursor.ReadWithin<int32_t>("wordNgrams", 0, kMaxFasttextNgram);
  arguments.loss = static_cast<FasttextLoss>(cursor.ReadWithin<int32_t>("the loss", 1, 4));
  if (cursor.Read<int32_t>("the kind of model") != kSupervised) {
    cursor.Malformed("it holds word vectors and no classifier (no supervised model)");
  }
  arguments.buckets = cursor.ReadWithin<int32_t>("the number of buckets", 0, kMaxInt32);
  arguments.min_char_ngram = cursor.ReadWithin<int32_t>("minn", 0, kMaxFasttextNgram);
  arguments.max_char_ngram = cursor.ReadWithin<int32_t>("maxn", 0, kMaxFasttextNgram);
  if (version == kOldVersion) arguments.max_char_ngram = 0;
  cursor.Take(sizeof(int32_t) + sizeof(double), "the arguments");  // lrUpdateRate, t
  return arguments;
}

void ReadDictionary(ModelCursor& cursor, FasttextModel* model) {
  constexpr int64_t kLeastEntry = 10;  // NUL, count, type
  const auto max_entries =
      static_cast<int32_t>(std::min<uint64_t>(cursor.left() / kLeastEntry, kMaxInt32));
  const auto entries = cursor.ReadWithin<int32_t>("the number of entries", 1, max_entries);
  const auto words = cursor.ReadWithin<int32_t>("the number of words", 0, entries - 1);
  const int32_t labels = entries - words;
  cursor.ReadWithin<int32_t>("the number of labels", labels, labels);
  cursor.Read<int64_t>("the number of tokens");
  const auto max_pruned = static_cast<int64_t>(cursor.left() / (2 * sizeof(int32_t)));
  const auto pruned = cursor.ReadWithin<int64_t>("the number of pruned buckets", -1, max_pruned);

  model->words.reserve(static_cast<size_t>(words));
  model->labels.reserve(static_cast<size_t>(labels));
  int64_t label_count = 0;
  for (int32_t i = 0; i < entries; ++i) {
    const bool is_label = i >= words;
    const std::string_view text = cursor.TakeText("an entry of the dictionary");
    const auto count = cursor.Read<int64_t>("an entry's count");
    if (is_label) {
      if (count < 0 || count >= kMaxCount || (label_count += count) >= kMaxCount) {
        cursor.Malformed(fmt::format("label {} has the count {}", i - words, count));
      }
    }
    const auto type = static_cast<uint8_t>(is_label ? 1 : 0);
    cursor.ReadWithin<uint8_t>("an entry's type", type, type);
    if (is_label) {
      model->labels.push_back({text, count});
    } else {
      model->words.push_back(text);
    }
  }

  model->pruned = pruned >= 0;
  if (!model->pruned) return;
  if (model->arguments.buckets > kMaxFasttextPrunedBuckets) {
    cursor.Malformed(fmt::format("{} buckets, of which some are pruned", model->arguments.buckets));
  }
  for (int64_t i = 0; i < pruned; ++i) {
    FasttextPrunedBucket bucket;
    bucket.bucket = cursor.ReadWithin<int32_t>("a pruned bucket", 0, model->arguments.buckets - 1);
    bucket.row = cursor.ReadWithin<int32_t>("a pruned bucket's row", 0, kMaxInt32);
    model->buckets.push_back(bucket);
  }
}

FasttextQuantizer ReadQuantizer(ModelCursor& cursor, int64_t columns) {
  FasttextQuantizer quantizer;
  const auto wanted = static_cast<int32_t>(columns);
  quantizer.columns = cursor.ReadWithin<int32_t>("a quantizer's columns", wanted, wanted);
  quantizer.parts = cursor.ReadWithin<int32_t>("a quantizer's parts", 1, wanted);
  quantizer.part_columns = cursor.ReadWithin<int32_t>("a part's columns", 1, wanted);
  const auto last = cursor.Read<int32_t>("the last part's columns");
  const int64_t before = int64_t{quantizer.parts - 1} * quantizer.part_columns;
  if (last < 1 || last > quantizer.part_columns || before + last != columns) {
    cursor.Malformed(fmt::format("{} parts of {} columns, the last of {}, are not {} columns",
                                 quantizer.parts, quantizer.part_columns, last, columns));
  }
  quantizer.centroids =
      cursor.Take(kCentroids * columns * sizeof(float), "a quantizer's centroids");
  return quantizer;
}

// Rows of the model's dimension, of which no part is read yet.
void ReadShape(ModelCursor& cursor, std::string_view what, int32_t dimension,
               FasttextMatrix* matrix) {
  matrix->rows = cursor.ReadWithin<int64_t>(fmt::format("the number of rows of {}", what), 1,
                                            static_cast<int64_t>(cursor.left()));
  matrix->columns = cursor.ReadWithin<int64_t>(fmt::format("the number of columns of {}", what),
                                               dimension, dimension);
}

FasttextMatrix ReadMatrix(ModelCursor& cursor, std::string_view what, bool quantized,
                          int32_t dimension) {
  FasttextMatrix matrix;
  matrix.quantized = quantized;
  if (!quantized) {
    ReadShape(cursor, what, dimension, &matrix);
    // No overflow: rows do not pass the bytes of the file, columns 2^16.
    matrix.floats =
        cursor.Take(static_cast<uint64_t>(matrix.rows * matrix.columns) * sizeof(float), what);
    return matrix;
  }
  const bool with_norms = cursor.ReadFlag("the mark of norms");
  ReadShape(cursor, what, dimension, &matrix);
  const auto code_bytes = cursor.ReadWithin<int32_t>("the number of codes", 0, kMaxInt32);
  matrix.codes =
      cursor.Take(static_cast<uint64_t>(code_bytes), fmt::format("the codes of {}", what));
  matrix.quantizer = ReadQuantizer(cursor, matrix.columns);
  if (matrix.rows * matrix.quantizer.parts != code_bytes) {
    cursor.Malformed(fmt::format("{} rows of {} codes are not {} codes", matrix.rows,
                                 matrix.quantizer.parts, code_bytes));
  }
  if (with_norms) {
    matrix.norm_codes = cursor.Take(static_cast<uint64_t>(matrix.rows), "the codes of norms");
    matrix.norms = ReadQuantizer(cursor, 1).centroids;
  }
  return matrix;
}

// Every row that a text can ask for is there.
void CheckRows(const ModelCursor& cursor, const FasttextModel& model) {
  int64_t needed = static_cast<int64_t>(model.words.size());
  if (model.pruned) {
    int64_t most = 0;
    for (const FasttextPrunedBucket& bucket : model.buckets) {
      most = std::max<int64_t>(most, int64_t{bucket.row} + 1);
    }
    needed += most;
  } else {
    needed += model.arguments.buckets;
  }
  if (model.input.rows < needed || model.input.rows > kMaxInt32) {
    cursor.Malformed(fmt::format("the input has {} rows, its words and buckets need {}",
                                 model.input.rows, needed));
  }
  if (model.output.rows != static_cast<int64_t>(model.labels.size())) {
    cursor.Malformed(fmt::format("the output has {} rows for {} labels", model.output.rows,
                                 model.labels.size()));
  }
  const bool needs_buckets = model.arguments.max_char_ngram > 0 || model.arguments.word_ngrams > 1;
  if (needs_buckets && model.arguments.buckets == 0) {
    cursor.Malformed("it has n-grams, but no buckets for them");
  }
}

}  // namespace

FasttextModel ParseFasttextModel(std::string_view bytes, const std::string& file) {
  ModelCursor cursor(bytes, "fastText model", file);
  FasttextModel model;
  model.arguments = ReadArguments(cursor);
  ReadDictionary(cursor, &model);
  const bool quantized = cursor.ReadFlag("the mark of a quantized input");
  if (model.pruned && !quantized) {
    cursor.Malformed("its buckets are pruned, but its input is not quantized");
  }
  const int32_t dimension = model.arguments.dimension;
  model.input = ReadMatrix(cursor, "the input matrix", quantized, dimension);
  const bool quantized_output = cursor.ReadFlag("the mark of a quantized output");
  model.output = ReadMatrix(cursor, "the output matrix", quantized && quantized_output, dimension);
  CheckRows(cursor, model);
  if (cursor.left() > 0) {
    cursor.Take(cursor.left(), "the rest");
    cursor.Malformed("there are bytes behind its end");
  }
  return model;
}

}  // namespace owt::formats
