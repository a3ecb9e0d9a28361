#pragma once

#include <cstdint>
#include <string_view>

#include "stages/scrape/fetch_result.h"

namespace owt::scrape {

// Byte limits of one answer.
struct ResponseLimits {
  uint64_t max_wire_bytes = 8 << 20;
  uint64_t max_decoded_bytes = 16 << 20;
  uint64_t max_header_bytes = 64 << 10;
  uint64_t max_ratio = 100;  // decoded / wire; asked once decoded_floor bytes are out
  uint64_t ratio_floor = 1 << 20;
  bool any_content = false;   // robots.txt: no content-type gate
  bool cut_at_limit = false;  // robots.txt: too much is cut off, not refused
};

// Judges one HTTP answer as it arrives, so that a hostile one is stopped at the first byte that
// proves it: header block too large, wrong content type, a body that is too long, that expands too
// far, or that is not text although the header says so. Fills `result`. No clock, no I/O.
//
// Feed every header line (of interim 1xx answers too) to OnHeader and every decoded piece of the
// body to OnBody. Each returns false when the transfer is to be stopped; result->reason then says
// why, except where the answer is already known (an error status, or a body cut at its limit).
class ResponseGate {
 public:
  // `result` must outlive the gate.
  ResponseGate(const ResponseLimits& limits, FetchResult* result)
      : limits_(limits), result_(result) {}

  bool OnHeader(std::string_view line);
  // `wire_bytes` is how much of the body has arrived so far, before decoding.
  bool OnBody(std::string_view piece, uint64_t wire_bytes);
  // After the last byte. Judges what is only known then (short bodies are sniffed here).
  void OnEnd();

  // True when OnBody stopped a transfer that counts as complete.
  bool is_cut() const { return is_cut_; }

 private:
  bool Stop(Reason reason);
  void OnField(std::string_view name, std::string_view value);
  bool OnHeadersDone();
  bool LooksBinary() const;

  const ResponseLimits limits_;
  FetchResult* const result_;
  uint64_t header_bytes_ = 0;
  uint64_t discarded_bytes_ = 0;
  int num_codings_ = 0;
  bool has_type_ = false;
  bool is_sniffed_ = false;
  bool is_cut_ = false;
};

// True for media types that may hold a page: HTML, XHTML, plain text.
bool IsPageType(std::string_view content_type);

}  // namespace owt::scrape
