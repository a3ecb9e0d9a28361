#include "stages/decontaminate/count_keys.h"

#include <oneapi/tbb/enumerable_thread_specific.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "formats/document.h"
#include "formats/document_map.h"
#include "formats/line_source.h"
#include "pipeline/batch.h"
#include "pipeline/flow.h"
#include "stages/decontaminate/megatron_cut.h"
#include "stages/decontaminate/ngram_search.h"

namespace owt::decontaminate {
namespace {

// Writes the keys of each document, each once, to BatchResult::aux as numbers in native order.
class CountTransform : public BatchTransform {
 public:
  CountTransform(const RunContext& context, const NgramKeys& keys, Compat compat)
      : keys_(keys), compat_(compat), workers_([&context, &keys] {
          return Worker{DocumentParser({context.common.text_key, context.common.url_key}),
                        {},
                        NgramSearch(keys),
                        {}};
        }) {}

  void Apply(const Batch& batch, BatchResult* result) const override {
    Worker& worker = workers_.local();
    std::vector<uint32_t>& found = worker.found;
    const std::string_view bytes = batch.bytes.view();
    formats::ForEachLine(bytes, [&](size_t begin, size_t end) {
      ++result->tally.in;
      const std::string_view line = bytes.substr(begin, end - begin);
      if (!worker.parser.Parse(line, &worker.document).empty()) return;
      const std::string_view text = worker.document.text();
      if (compat_ == Compat::kMegatron) {
        MegatronCount(text, &worker.search, keys_, &found);
      } else {
        worker.search.FindGreedily(text, &found);
      }
      std::sort(found.begin(), found.end());
      found.erase(std::unique(found.begin(), found.end()), found.end());
      result->aux.append(reinterpret_cast<const char*>(found.data()),
                         found.size() * sizeof(uint32_t));
    });
  }

 private:
  struct Worker {
    DocumentParser parser;
    Document document;
    NgramSearch search;
    std::vector<uint32_t> found;
  };

  const NgramKeys& keys_;
  Compat compat_;
  mutable oneapi::tbb::enumerable_thread_specific<Worker> workers_;
};

class CountSink : public Sink {
 public:
  explicit CountSink(size_t num_keys) : counts_(num_keys) {}

  void Put(BatchResult& result) override {
    for (size_t at = 0; at < result.aux.size(); at += sizeof(uint32_t)) {
      uint32_t key;
      std::memcpy(&key, result.aux.data() + at, sizeof(key));
      ++counts_[key];
    }
  }

  void Commit() override {}

  std::vector<uint64_t> TakeCounts() { return std::move(counts_); }

 private:
  std::vector<uint64_t> counts_;
};

}  // namespace

std::vector<uint64_t> CountKeys(RunContext& context, const NgramKeys& keys, Compat compat) {
  const CountTransform transform(context, keys, compat);
  CountSink sink(keys.size());
  const std::string shard = std::exchange(context.common.shard, "0/1");
  formats::LineSource source(context);
  context.common.shard = shard;
  RunPass(context, source, transform, sink);
  return sink.TakeCounts();
}

}  // namespace owt::decontaminate
