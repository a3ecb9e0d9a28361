#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <string_view>

#include "pipeline/batch.h"
#include "pipeline/context.h"
#include "stages/scrape/crawl.h"
#include "stages/scrape/page_record.h"
#include "stages/scrape/spool.h"
#include "stages/scrape/work_queue.h"

namespace owt::scrape {

// Brings the pages of a URL list into a spool: event loops fetch, the run's workers turn answers
// into records, the calling thread feeds the loops and makes what has come durable every second.
class Harvest {
 public:
  // All arguments must outlive the object.
  Harvest(RunContext& context, const CrawlOptions& options, const PageFormat& format, Spool& spool);
  ~Harvest();
  Harvest(const Harvest&) = delete;
  Harvest& operator=(const Harvest&) = delete;

  // Fetches every line of `list` (a line is a URL, its number the ordinal) of which the spool
  // knows nothing yet. When it returns the spool knows all of them; false if there was no URL.
  // Throws Error{kInterrupted} after a signal, once everything that has come is durable.
  bool Run(Source& list);

 private:
  void SubmitBatch(const Batch& batch);
  void Submit(uint64_t ordinal, std::string_view url);
  void OnOutcome(Outcome outcome);                                     // event loops
  void MakeRecord(const Outcome& outcome, int64_t fetched_at_unix_s);  // workers
  void Pump();
  void WaitForRecords();
  void Interrupt();

  RunContext& context_;
  const PageFormat format_;
  Spool& spool_;
  std::atomic<uint64_t> num_outcomes_ = 0;
  std::atomic<uint64_t> num_pages_ = 0;
  std::atomic<uint64_t> wire_bytes_ = 0;
  TimePoint last_sync_;
  Crawl crawl_;        // its threads use all of the above, and records_ after the first Submit
  WorkQueue records_;  // its threads use all of the above
};

// Calls visit(ordinal, url, begin, end) for the lines of a batch that are not blank: the line
// without blanks around it, and its place [begin, end) in batch.bytes.
template <class Visit>
void ForEachUrl(const Batch& batch, Visit visit) {
  const std::string_view bytes = batch.bytes.view();
  uint64_t ordinal = batch.begin.record;
  for (size_t begin = 0; begin < bytes.size(); ++ordinal) {
    const size_t newline = bytes.find('\n', begin);
    const size_t end = std::min(newline, bytes.size());
    std::string_view line = bytes.substr(begin, end - begin);
    const auto is_blank = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
    while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
    while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
    line = line.substr(0, line.find('\t'));
    while (line.ends_with(' ')) line.remove_suffix(1);
    if (!line.empty()) visit(ordinal, line, begin, end);
    begin = end + 1;
  }
}

}  // namespace owt::scrape
