#include "stages/shuffle/left_out.h"

#include <fmt/format.h>

#include <string>

#include "formats/line_source.h"
#include "pipeline/batch.h"
#include "pipeline/error.h"
#include "pipeline/side_file.h"

namespace owt::shuffle {

void ListLeftOut(RunContext& context, const Order& order, uint64_t last_position,
                 uint64_t expected) {
  formats::LineSource lines(context, /*count_lines=*/true);
  Batch batch;
  std::string listed;
  uint64_t count = 0;
  while (lines.Next(&batch)) {
    if (context.cancelled()) {
      throw Error(ErrorKind::kInterrupted, "interrupted; run the same command again to start over");
    }
    const std::string_view bytes = batch.bytes.view();
    listed.clear();
    uint64_t ordinal = batch.begin.record;
    for (size_t begin = 0; begin < bytes.size(); ++ordinal) {
      const size_t end = std::min(bytes.find('\n', begin), bytes.size());
      uint64_t position;
      if (order.Place(ordinal, &position) && position > last_position) {
        AppendNoteLine(context, batch, {begin, end, "not_in_head"}, &listed);
        ++count;
      }
      begin = end + 1;
    }
    context.dropped->Write(listed);
    batch.bad.clear();  // pass 1 told of them
  }
  if (count == expected) return;
  throw Error(ErrorKind::kInput,
              fmt::format("{} records are not in the head where {} were: the input changed while "
                          "it was read; run again",
                          count, expected),
              context.inputs[0].path);
}

}  // namespace owt::shuffle
