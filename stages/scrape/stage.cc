// Two passes over the URL list. The first fetches into a spool (harvest.h), in whatever order the
// hosts answer. The second is an ordinary flow: the records are the lines of the list, and each
// becomes the page that the spool holds for it, or is dropped with the reason. So pages stand in
// the order of the list, and the ledger, the parts and the side files are the engine's.
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>

#include "formats/line_source.h"
#include "formats/stream_sink.h"
#include "pipeline/error.h"
#include "pipeline/flow.h"
#include "pipeline/output_file.h"
#include "pipeline/stage.h"
#include "stages/scrape/crawl.h"
#include "stages/scrape/harvest.h"
#include "stages/scrape/page_tree.h"
#include "stages/scrape/spool.h"

namespace owt::scrape {
namespace {

// A line of the list becomes a page a hundred times its size, so batches of lines are small.
constexpr uint64_t kListBatchBytes = 8 << 10;
// Descriptors that are not connections.
constexpr rlim_t kOtherFiles = 64;

// Puts the pages of the spool in the place of their URLs.
class PagesOfList : public BatchTransform {
 public:
  PagesOfList(const Spool& spool, PageLayout layout) : spool_(spool), layout_(layout) {}

  void Apply(const Batch& batch, BatchResult* result) const override {
    const auto num_lines = static_cast<size_t>(batch.end.record - batch.begin.record);
    const std::vector<Spool::Slot> slots = spool_.Slots(batch.begin.record, num_lines);
    ForEachUrl(batch, [&](uint64_t ordinal, std::string_view url, size_t begin, size_t end) {
      const Spool::Slot& slot = slots.at(ordinal - batch.begin.record);
      const auto reason = static_cast<Reason>(slot.reason);
      ++result->tally.in;
      if (!slot.is_known()) {
        throw Error(ErrorKind::kInternal, fmt::format("URL {} has no outcome", ordinal));
      }
      if (reason == Reason::kInvalidUrl) {
        result->Quarantine(begin, end, ReasonName(reason, 0));
      } else if (reason != Reason::kNone) {
        result->Drop(begin, end, ReasonName(reason, slot.status));
      } else {
        spool_.Read(slot, &result->bytes);
        if (layout_ == PageLayout::kWebtext) result->aux += PageName(ordinal, url) + '\n';
        ++result->tally.out;
        ++result->tally.changed;
      }
    });
  }

 private:
  const Spool& spool_;
  const PageLayout layout_;
};

// ".NAME.owt-scrape" beside the output NAME.
std::string SpoolFolder(std::string output) {
  while (output.size() > 1 && output.ends_with('/')) output.pop_back();
  return FolderOf(output) + "." + NameOf(output) + ".owt-scrape";
}

Milliseconds FromSeconds(double seconds) {
  return Milliseconds(static_cast<int64_t>(std::ceil(seconds * 1000)));
}

class ScrapeStage : public Stage {
 public:
  void Declare(OptionSet& options) override;
  void Run(RunContext& context) override;
  void CleanUp(const RunContext& context) override;

 private:
  CrawlOptions MakeCrawlOptions(RunContext& context) const;
  PageFormat MakeFormat(const RunContext& context) const;
  int FitToDescriptors(const RunContext& context) const;

  std::string user_agent_ = "owt/" OWT_VERSION;
  double delay_s_ = 1;
  double delay_factor_ = 1;
  double max_crawl_delay_s_ = 60;
  int per_host_ = 1;
  int connections_ = 1000;
  double timeout_s_ = 30;
  double connect_timeout_s_ = 10;
  double slow_timeout_s_ = 15;
  int attempts_ = 3;
  double retry_delay_s_ = 1;
  double max_retry_delay_s_ = 60;
  int max_redirects_ = 5;
  uint64_t max_wire_bytes_ = 8 << 20;
  uint64_t max_page_bytes_ = 16 << 20;
  uint64_t queued_ = 100'000;
  bool allow_private_ = false;
  bool raw_ = false;
  bool no_times_ = false;
  std::string layout_ = "jsonl";
};

void ScrapeStage::Declare(OptionSet& options) {
  options.Group("Politeness")
      .Text("user-agent", &user_agent_, "TEXT", "how the crawler names itself")
      .Detail(
          "Add an address where you can be reached: \"owt/1 (+https://example.org/bot)\". Its "
          "leading word is the name that robots.txt is searched for.")
      .Real("delay", &delay_s_, 0, 3600, "seconds between two requests to a host, at least")
      .RunOnly()
      .Real("delay-factor", &delay_factor_, 0, 100, "and this many times the last response time")
      .RunOnly()
      .Real("max-crawl-delay", &max_crawl_delay_s_, 0, 86400, "leave hosts that ask for more alone")
      .Integer("per-host", &per_host_, 1, 64, "connections to a host at a time")
      .RunOnly();
  options.Group("Requests")
      .Integer("connections", &connections_, 1, 100'000, "requests at a time, over all hosts")
      .RunOnly()
      .Real("timeout", &timeout_s_, 0.1, 3600, "seconds for one request, whatever happens")
      .RunOnly()
      .Real("connect-timeout", &connect_timeout_s_, 0.1, 3600, "seconds to be connected")
      .RunOnly()
      .Real("slow-timeout", &slow_timeout_s_, 1, 3600, "seconds below 100 bytes/s to give up after")
      .RunOnly()
      .Integer("attempts", &attempts_, 1, 20, "tries where a failure may pass (network, 429, 5xx)")
      .RunOnly()
      .Real("retry-delay", &retry_delay_s_, 0.001, 3600, "first back-off in seconds; it doubles")
      .RunOnly()
      .Real("max-retry-delay", &max_retry_delay_s_, 0.001, 86400, "longest back-off or Retry-After")
      .RunOnly()
      .Integer("max-redirects", &max_redirects_, 0, 20, "redirects followed for a page")
      .Size("max-wire", &max_wire_bytes_, "largest body as sent")
      .Size("max-page", &max_page_bytes_, "largest body after decompression")
      .Integer("queued", &queued_, 1, 100'000'000, "URLs read ahead of the slowest host")
      .RunOnly()
      .Flag("allow-private", &allow_private_,
            "fetch from private addresses and any port: for tests");
  options.Group("Output")
      .Flag("raw", &raw_, "keep the page itself (key html) for a later owt extract")
      .Choice("layout", &layout_, {"jsonl", "openwebtext"}, "one jsonl file, or a tree of files")
      .Detail(
          "openwebtext is the tree of the original scraper: data/NNNNNNN-<sha256>.txt and "
          "meta/NNNNNNN-<sha256>.json.")
      .Flag("no-times", &no_times_, "leave out when and how fast a page came");
  options.Example("owt scrape urls.txt pages.jsonl.zst", "the main text of every page")
      .Example("owt scrape --layout openwebtext urls.txt scraped/", "a tree of text files");
}

int ScrapeStage::FitToDescriptors(const RunContext& context) const {
  rlimit limit{};
  const auto wanted = static_cast<rlim_t>(connections_) + kOtherFiles;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return connections_;
  limit.rlim_cur = std::min(limit.rlim_max, wanted);
  setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= wanted) return connections_;
  const auto fit = static_cast<int>(limit.rlim_cur > 2 * kOtherFiles ? limit.rlim_cur - kOtherFiles
                                                                     : limit.rlim_cur / 2);
  context.Say(fmt::format("{} connections at a time; `ulimit -Hn` allows no more", fit));
  return std::max(1, fit);
}

CrawlOptions ScrapeStage::MakeCrawlOptions(RunContext& context) const {
  CrawlOptions options;
  options.fetcher.user_agent = user_agent_;
  options.fetcher.connect_timeout = FromSeconds(connect_timeout_s_);
  options.fetcher.total_timeout = FromSeconds(timeout_s_);
  options.fetcher.slow_timeout = FromSeconds(slow_timeout_s_);
  options.fetcher.max_open = FitToDescriptors(context);
  options.fetcher.allow_private = allow_private_;
  options.fetcher.page_limits.max_wire_bytes = max_wire_bytes_;
  options.fetcher.page_limits.max_decoded_bytes = max_page_bytes_;
  options.politeness.min_delay = FromSeconds(delay_s_);
  options.politeness.delay_factor = delay_factor_;
  options.politeness.max_crawl_delay = FromSeconds(max_crawl_delay_s_);
  options.politeness.connections_per_host = per_host_;
  // An event loop is busy for a small part of what extraction costs.
  options.num_loops = std::clamp((context.workers() + 1) / 2, 1, options.fetcher.max_open);
  options.max_redirects = max_redirects_;
  options.max_attempts = attempts_;
  options.retry_delay = FromSeconds(retry_delay_s_);
  options.max_retry_delay = FromSeconds(max_retry_delay_s_);
  options.max_waiting_urls = queued_;
  options.max_body_bytes = static_cast<size_t>(context.memory_bytes() / 4);
  return options;
}

PageFormat ScrapeStage::MakeFormat(const RunContext& context) const {
  PageFormat format;
  format.layout = layout_ == "openwebtext" ? PageLayout::kWebtext
                  : raw_                   ? PageLayout::kHtml
                                           : PageLayout::kText;
  format.text_key = context.common.text_key;
  format.url_key = context.common.url_key;
  format.with_times = !no_times_;
  return format;
}

void ScrapeStage::Run(RunContext& context) {
  if (raw_ && layout_ == "openwebtext") {
    throw Error(ErrorKind::kUsage, "--raw has no place in the openwebtext layout; leave one out");
  }
  if (user_agent_.find_first_of("\r\n") != std::string::npos || AgentToken(user_agent_).empty()) {
    throw Error(ErrorKind::kUsage, "--user-agent takes one line that begins with a name");
  }
  for (const InputRecord& input : context.inputs) {
    if (input.path == "-") {
      throw Error(ErrorKind::kUsage, "the URL list is read twice; give it as a file");
    }
  }
  if (context.output == "-") {
    throw Error(ErrorKind::kUsage, "pages are kept beside the output on their way; name a file");
  }
  context.common.batch_bytes = kListBatchBytes;
  const PageFormat format = MakeFormat(context);
  std::unique_ptr<Sink> sink;
  if (format.layout == PageLayout::kWebtext) {
    // Now, so that what is wrong with the output is said before hours of fetching.
    sink = std::make_unique<PageTreeSink>(context);
  }
  Spool spool(SpoolFolder(context.output), context.fingerprint, !context.common.force);
  if (context.common.resume && spool.num_recovered() == 0) {
    spool.Remove();
    throw Error(
        ErrorKind::kUsage,
        "--resume: no interrupted run with these inputs and options is here; leave --resume "
        "out to start over",
        context.output);
  }
  context.common.resume = false;  // from here on the spool is what is resumed
  InitCurl();
  {
    formats::LineSource list(context, /*count_lines=*/true);
    Harvest harvest(context, MakeCrawlOptions(context), format, spool);
    if (!harvest.Run(list)) spool.Remove();
  }
  formats::LineSource list(context, /*count_lines=*/true);
  const PagesOfList pages(spool, format.layout);
  if (sink == nullptr) sink = std::make_unique<formats::StreamSink>(context);
  RunFlow(context, list, pages, *sink);
}

void ScrapeStage::CleanUp(const RunContext& context) {
  const std::string folder = SpoolFolder(context.output);
  if (FileExists(folder)) Spool(folder, context.fingerprint).Remove();
}

}  // namespace
}  // namespace owt::scrape

namespace owt::stages {

std::unique_ptr<Stage> MakeScrape() { return std::make_unique<scrape::ScrapeStage>(); }

}  // namespace owt::stages
