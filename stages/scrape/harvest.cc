#include "stages/scrape/harvest.h"

#include <fmt/format.h>

#include <ctime>
#include <memory>
#include <utility>

#include "pipeline/error.h"
#include "pipeline/progress.h"

namespace owt::scrape {
namespace {

constexpr Milliseconds kSyncEvery{1000};
constexpr Milliseconds kPumpEvery{100};
constexpr size_t kSyncAtBytes = 8 << 20;

}  // namespace

Harvest::Harvest(RunContext& context, const CrawlOptions& options, const PageFormat& format,
                 Spool& spool)
    : context_(context),
      format_(format),
      spool_(spool),
      arena_(context.workers()),
      last_sync_(Clock::now()),
      crawl_(options, [this](Outcome outcome) { OnOutcome(std::move(outcome)); }) {}

Harvest::~Harvest() {
  crawl_.Stop();
  arena_.execute([this] {
    tasks_.cancel();
    tasks_.wait();
  });
}

void Harvest::OnOutcome(Outcome outcome) {
  wire_bytes_ += outcome.result.wire_bytes;
  if (outcome.result.reason != Reason::kNone) {
    spool_.Add(outcome.ordinal, outcome.result.reason, outcome.result.status, {});
    ++num_outcomes_;
    return;
  }
  // task_group wants copyable work.
  auto page = std::make_shared<const Outcome>(std::move(outcome));
  const auto fetched_at = static_cast<int64_t>(std::time(nullptr));
  arena_.enqueue(tasks_.defer([this, page, fetched_at] {
    // An exception must neither end a worker silently nor wait for the end of the crawl.
    try {
      MakeRecord(*page, fetched_at);
    } catch (...) {
      const std::lock_guard<std::mutex> lock(error_mutex_);
      if (!error_) error_ = std::current_exception();
    }
    crawl_.Handled(page->result.body.size());
  }));
}

void Harvest::MakeRecord(const Outcome& outcome, int64_t fetched_at_unix_s) {
  std::string record;
  const Reason reason = MakePageRecord(outcome, format_, fetched_at_unix_s, &record);
  spool_.Add(outcome.ordinal, reason, outcome.result.status, record);
  ++num_outcomes_;
  num_pages_ += reason == Reason::kNone;
}

void Harvest::RethrowFailure() {
  const std::lock_guard<std::mutex> lock(error_mutex_);
  if (error_) std::rethrow_exception(error_);
}

void Harvest::Interrupt() {
  crawl_.Stop();
  arena_.execute([this] { tasks_.wait(); });
  spool_.Sync();
  throw Error(ErrorKind::kInterrupted,
              fmt::format("interrupted after {} URLs; run the same command again to go on",
                          spool_.num_recovered() + num_outcomes_));
}

void Harvest::Pump() {
  RethrowFailure();
  if (context_.cancelled()) Interrupt();
  const TimePoint now = Clock::now();
  if (now - last_sync_ >= kSyncEvery || spool_.unsynced_bytes() >= kSyncAtBytes) {
    spool_.Sync();
    last_sync_ = now;
  }
  context_.progress->records_in = spool_.num_recovered() + num_outcomes_;
  context_.progress->records_out = num_pages_.load();
  context_.progress->bytes_in = wire_bytes_.load();
}

void Harvest::Submit(uint64_t ordinal, std::string_view url) {
  while (!crawl_.Submit(ordinal, url)) {
    crawl_.WaitForRoom(kPumpEvery);
    Pump();
  }
}

void Harvest::SubmitBatch(const Batch& batch) {
  const auto num_lines = static_cast<size_t>(batch.end.record - batch.begin.record);
  const std::vector<Spool::Slot> known = spool_.Slots(batch.begin.record, num_lines);
  ForEachUrl(batch, [&](uint64_t ordinal, std::string_view url, size_t, size_t) {
    if (known.at(ordinal - batch.begin.record).is_known()) return;
    Submit(ordinal, url);
  });
  Pump();
}

void Harvest::Run(Source& list) {
  const double started = context_.progress->seconds();
  context_.progress->phase = "fetching";
  if (spool_.num_recovered() > 0) {
    context_.Say(fmt::format("going on behind {} URLs", spool_.num_recovered()));
  }
  context_.progress->bytes_total = list.bytes_total();
  Batch batch;
  while (list.Next(&batch)) {
    SubmitBatch(batch);
    context_.progress->bytes_read = list.bytes_read();
    batch.bad.clear();
    batch.file_xxh3.reset();
  }
  while (!crawl_.WaitUntilIdle(kPumpEvery)) Pump();
  arena_.execute([this] { tasks_.wait(); });
  RethrowFailure();
  spool_.Sync();
  const double seconds = context_.progress->seconds() - started;
  context_.Say(fmt::format("{} pages of {} URLs, {:.1f} MB, in {:.1f} s: {:.0f} pages/s",
                           num_pages_.load(), num_outcomes_.load(),
                           static_cast<double>(wire_bytes_) / 1e6, seconds,
                           static_cast<double>(num_pages_) / std::max(seconds, 1e-3)));
  context_.progress->phase = "writing";
}

}  // namespace owt::scrape
