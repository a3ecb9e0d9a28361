// Any bytes as a WARC file: cutting it whole and in pieces gives the same records, and what is in
// them can be read without harm.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "formats/warc.h"

namespace {

using owt::formats::CutWarc;
using owt::formats::WarcCut;

// Bytes to pass over where no record begins; 0 where more must come first.
size_t SkipGarbage(std::string_view bytes, bool at_end) {
  const size_t blanks = bytes.find_first_not_of("\r\n");
  if (blanks > 0) return std::min(blanks, bytes.size());
  const size_t next = owt::formats::FindWarcRecord(bytes);
  if (next != bytes.npos) return next;
  return at_end ? bytes.size() : 0;
}

// The blocks of all records, when `step` bytes come at a time.
std::vector<std::string_view> Blocks(std::string_view bytes, size_t step) {
  std::vector<std::string_view> blocks;
  size_t from = 0;
  for (size_t to = std::min(step, bytes.size());; to = std::min(to + step, bytes.size())) {
    const bool at_end = to == bytes.size();
    while (from < to) {
      const std::string_view held = bytes.substr(from, to - from);
      const WarcCut cut = CutWarc(held, at_end);
      for (size_t at = 0; at < cut.end;) {
        owt::formats::WarcRecord record;
        const std::string_view rest = held.substr(at, cut.end - at);
        if (!owt::formats::ReadWarc(rest, &record)) std::abort();
        blocks.push_back(record.block);
        at += owt::formats::WarcRecordSize(rest);
      }
      const size_t skipped = cut.garbage ? SkipGarbage(held.substr(cut.end), at_end) : 0;
      if (cut.end + skipped == 0) break;
      from += cut.end + skipped;
    }
    if (at_end) break;
  }
  if (from != bytes.size()) std::abort();
  return blocks;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  constexpr size_t kMaxBody = size_t{1} << 20;
  const std::vector<std::string_view> blocks = Blocks(bytes, std::max<size_t>(size, 1));
  if (Blocks(bytes, 1 + size / 7) != blocks) std::abort();
  for (const std::string_view block : blocks) {
    owt::formats::HttpAnswer answer;
    std::string body;
    if (!owt::formats::ReadHttpAnswer(block, &answer)) continue;
    owt::formats::DecodeHttpBody(answer, kMaxBody, &body);
    if (body.size() > 2 * kMaxBody) std::abort();
  }
  return 0;
}
