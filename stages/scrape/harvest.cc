#include "stages/scrape/harvest.h"

#include <fmt/format.h>

#include <ctime>
#include <memory>
#include <thread>
#include <utility>

#include "pipeline/error.h"
#include "pipeline/progress.h"

namespace owt::scrape {
namespace {

constexpr Milliseconds kSyncEvery{1000};
constexpr Milliseconds kPumpEvery{100};
constexpr Milliseconds kRecordPause{5};
constexpr size_t kSyncAtBytes = 8 << 20;

}  // namespace

Harvest::Harvest(RunContext& context, const CrawlOptions& options, const PageFormat& format,
                 Spool& spool)
    : context_(context),
      format_(format),
      spool_(spool),
      last_sync_(Clock::now()),
      crawl_(options, [this](Outcome outcome) { OnOutcome(std::move(outcome)); }),
      records_(context.workers()) {}

Harvest::~Harvest() {
  crawl_.Stop();
  spool_.StopWaiting();
}

void Harvest::OnOutcome(Outcome outcome) {
  wire_bytes_ += outcome.result.wire_bytes;
  if (outcome.result.reason != Reason::kNone) {
    spool_.Add(outcome.ordinal, outcome.result.reason, outcome.result.status, {});
    ++num_outcomes_;
    return;
  }
  // std::function wants copyable work.
  auto page = std::make_shared<const Outcome>(std::move(outcome));
  const auto fetched_at = static_cast<int64_t>(std::time(nullptr));
  records_.Add([this, page = std::move(page), fetched_at] {
    MakeRecord(*page, fetched_at);
    crawl_.Handled(page->result.body.size());
  });
}

void Harvest::MakeRecord(const Outcome& outcome, int64_t fetched_at_unix_s) {
  std::string record;
  const Reason reason = MakePageRecord(outcome, format_, fetched_at_unix_s, &record);
  spool_.Add(outcome.ordinal, reason, outcome.result.status, record);
  ++num_outcomes_;
  num_pages_ += reason == Reason::kNone;
}

// Records wait for Sync when too much is unsynced, so this thread must not just wait for them.
void Harvest::WaitForRecords() {
  while (!records_.IsIdle()) {
    spool_.Sync();
    std::this_thread::sleep_for(kRecordPause);
  }
}

void Harvest::Interrupt() {
  crawl_.Stop();
  WaitForRecords();
  spool_.Sync();
  throw Error(ErrorKind::kInterrupted,
              fmt::format("interrupted after {} URLs; run the same command again to go on",
                          spool_.num_recovered() + num_outcomes_));
}

void Harvest::Pump() {
  records_.IsIdle();  // throws what a record threw
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

bool Harvest::Run(Source& list) {
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
  WaitForRecords();
  spool_.Sync();
  if (spool_.num_recovered() + num_outcomes_ == 0) return false;
  const double seconds = context_.progress->seconds() - started;
  context_.Say(fmt::format("{} pages of {} URLs, {:.1f} MB, in {:.1f} s: {:.0f} pages/s",
                           num_pages_.load(), num_outcomes_.load(),
                           static_cast<double>(wire_bytes_) / 1e6, seconds,
                           static_cast<double>(num_pages_) / std::max(seconds, 1e-3)));
  context_.progress->phase = "writing";
  return true;
}

}  // namespace owt::scrape
