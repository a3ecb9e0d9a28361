#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "pipeline/batch.h"
#include "pipeline/context.h"

namespace owt::scrape {

// The name of a page's files in the original openwebtext scraper's tree: its place in the URL list
// with seven digits or more, '-', and the SHA-256 of the URL.
std::string PageName(uint64_t ordinal, std::string_view url);

// Writes that tree: OUTPUT/data/NAME.txt with the text and OUTPUT/meta/NAME.json for each page. It
// is built beside the output under a hidden name and renamed on Commit, so it is there as a whole
// or not at all. A BatchResult carries kWebtext records (page_record.h) in `bytes` and the names,
// a line each, in `aux`.
class PageTreeSink : public Sink {
 public:
  // Throws Error{kUsage} when the output exists and was not written by owt.
  explicit PageTreeSink(RunContext& context);
  ~PageTreeSink() override;

  void Put(BatchResult& result) override;
  void Commit() override;

 private:
  void WriteFile(const std::string& path, std::string_view bytes);

  RunContext& context_;
  std::string output_;   // without '/' at its end
  std::string partial_;  // hidden name beside it
  OutputRecord last_;    // stands for the tree in the manifest
  uint64_t num_pages_ = 0;
};

}  // namespace owt::scrape
