#include "stages/dedup/whole_input.h"

#include <string>
#include <utility>

namespace owt::dedup {

formats::LineSource WholeInput(RunContext& context) {
  const std::string shard = std::exchange(context.common.shard, "0/1");
  formats::LineSource source(context, true);
  context.common.shard = shard;
  return source;
}

RecordRange ShardOf(const RunContext& context, uint64_t num_records) {
  const Shard shard = context.shard();
  const auto bound = [&](uint64_t i) {
    return static_cast<uint64_t>(static_cast<unsigned __int128>(num_records) * i / shard.count);
  };
  return {bound(shard.index), bound(shard.index + 1)};
}

}  // namespace owt::dedup
