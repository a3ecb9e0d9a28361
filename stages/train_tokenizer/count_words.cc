#include "stages/train_tokenizer/count_words.h"

#include <oneapi/tbb/enumerable_thread_specific.h>

#include <span>
#include <utility>
#include <vector>

#include "formats/document.h"
#include "formats/document_map.h"
#include "stages/text/text_kernel.h"
#include "stages/train_tokenizer/word_counts.h"

namespace owt::train_tokenizer {
namespace {

// Room for the starts of pieces that a thread keeps from text to text.
constexpr size_t kKeptStarts = size_t{1} << 20;
constexpr size_t kMoreStarts = 128;  // that the splitter may write beyond

}  // namespace

struct CountWords::Workplace {
  explicit Workplace(DocumentKeys keys) : parser(std::move(keys)) {}

  void AddPieces(std::string_view text);
  void AddLines(std::string_view text);

  DocumentParser parser;
  Document document;
  WordCounts counts;  // of the batch
  std::vector<uint32_t> starts;
};

void CountWords::Workplace::AddPieces(std::string_view text) {
  if (starts.size() < text.size() + kMoreStarts) starts.resize(text.size() + kMoreStarts);
  const size_t count = text::TextKernelOf(text::BestSimdTier()).split(text, starts.data());
  counts.AddPieces(text, std::span(starts).first(count));
  if (starts.size() > kKeptStarts) starts = {};
}

void CountWords::Workplace::AddLines(std::string_view text) {
  while (!text.empty()) {
    const size_t newline = text.find('\n');
    const size_t size = newline == text.npos ? text.size() : newline + 1;
    AddPieces(text.substr(0, size));
    text.remove_prefix(size);
  }
}

struct CountWords::Workplaces {
  oneapi::tbb::enumerable_thread_specific<Workplace> of_threads;
};

CountWords::CountWords(const RunContext& context, bool by_line)
    : by_line_(by_line),
      workplaces_(new Workplaces{oneapi::tbb::enumerable_thread_specific<Workplace>([&context] {
        return Workplace(DocumentKeys{context.common.text_key, context.common.url_key});
      })}) {}

CountWords::~CountWords() = default;

void CountWords::Apply(const Batch& batch, BatchResult* result) const {
  Workplace& place = workplaces_->of_threads.local();
  place.counts.Clear();
  const std::string_view bytes = batch.bytes.view();
  formats::ForEachLine(bytes, [&](size_t begin, size_t end) {
    ++result->tally.in;
    const std::string_view bad =
        place.parser.Parse(bytes.substr(begin, end - begin), &place.document);
    if (!bad.empty()) return result->Quarantine(begin, end, bad);
    ++result->tally.out;
    if (by_line_) {
      place.AddLines(place.document.text());
    } else {
      place.AddPieces(place.document.text());
    }
  });
  place.counts.AppendTo(&result->aux);
}

}  // namespace owt::train_tokenizer
