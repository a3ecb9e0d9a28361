#include "stages/dedup/claims.h"

#include <algorithm>
#include <utility>

namespace owt::dedup {
namespace {

// Longer stretches are taken in pieces, so that what waits for the end of one is bounded.
constexpr uint64_t kMostBytes = uint64_t{1} << 20;
constexpr uint64_t kComparedBytes = uint64_t{64} << 10;

}  // namespace

void ClaimSweep::Take(const Claim& claim) {
  if (claim.is_first) {
    Protect(claim.begin, claim.end);
  } else {
    Cover(claim);
  }
  Emit(claim.begin);
}

void ClaimSweep::Finish() {
  while (Advance()) continue;
  CloseStretch();
  Emit(~uint64_t{0});
}

void ClaimSweep::Protect(uint64_t begin, uint64_t end) {
  if (!protected_.empty() && begin <= protected_.back().end) {
    protected_.back().end = std::max(protected_.back().end, end);
  } else {
    protected_.push_back({begin, end});
  }
}

// Covers with few claims: of those that begin where everything before is covered the one that
// reaches farthest.
void ClaimSweep::Cover(const Claim& claim) {
  while (claim.begin > covered_ && Advance()) continue;
  if (claim.begin > covered_) {
    CloseStretch();
    covered_ = claim.begin;
  }
  if (!farthest_ || claim.end > farthest_->end) farthest_ = claim;
}

bool ClaimSweep::Advance() {
  if (!farthest_ || farthest_->end <= covered_) return false;
  const Claim claim = *std::exchange(farthest_, std::nullopt);
  const uint64_t distance = claim.begin - claim.source;
  if (open_ && open_->distance == distance && open_->end - open_->begin < kMostBytes) {
    open_->end = claim.end;
  } else {
    CloseStretch();
    open_ = {claim.begin, covered_, claim.end, distance};
  }
  covered_ = claim.end;
  return true;
}

void ClaimSweep::CloseStretch() {
  if (!open_) return;
  if (IsTrue(*open_)) stretches_.push_back(*open_);
  open_.reset();
}

bool ClaimSweep::IsTrue(const Stretch& stretch) {
  for (uint64_t at = stretch.verified_from; at < stretch.end; at += kComparedBytes) {
    const auto size = static_cast<size_t>(std::min(stretch.end - at, kComparedBytes));
    texts_.Read(at - stretch.distance, size, &source_bytes_);
    if (reader_.Get(at, size) != source_bytes_) return false;
  }
  return true;
}

// Later claims begin at `before` or behind it.
void ClaimSweep::Emit(uint64_t before) {
  for (; !stretches_.empty() && stretches_.front().end <= before; stretches_.pop_front()) {
    EmitUnprotected(stretches_.front());
  }
  // What is open begins behind what waits.
  const uint64_t needed = !stretches_.empty() ? stretches_.front().begin
                          : open_             ? open_->begin
                                              : std::min(covered_, before);
  while (!protected_.empty() && protected_.front().end <= needed) protected_.pop_front();
}

void ClaimSweep::EmitUnprotected(const Stretch& stretch) {
  uint64_t begin = stretch.begin;
  for (const Bytes& kept : protected_) {
    if (kept.begin >= stretch.end) break;
    if (kept.begin > begin) Put({begin, begin, kept.begin, stretch.distance});
    begin = std::max(begin, kept.end);
  }
  if (begin < stretch.end) Put({begin, begin, stretch.end, stretch.distance});
}

// Holds back what may be too short to be worth a cut.
void ClaimSweep::Put(const Stretch& stretch) {
  if (stretch.begin != run_end_) {
    waiting_.clear();
    run_begin_ = stretch.begin;
  }
  run_end_ = stretch.end;
  if (run_end_ - run_begin_ < size_.bytes) {
    waiting_.push_back(stretch);
    return;
  }
  for (const Stretch& part : waiting_) Write(part);
  waiting_.clear();
  Write(stretch);
}

void ClaimSweep::Write(const Stretch& stretch) {
  const TextStore::Entry holder = holders_.Find(stretch.begin);
  const TextStore::Entry source = sources_.Find(stretch.begin - stretch.distance);
  const Cut cut = {holder.record, stretch.begin - holder.begin, stretch.end - holder.begin,
                   source.record};
  cuts_->Append({reinterpret_cast<const char*>(&cut), sizeof(cut)});
}

}  // namespace owt::dedup
